import type { TagSlot } from './tag-slots.ts';

/** A value in memory and all that decides whether it may be served. */
export interface MemoryEntry {
  readonly value: unknown;
  /** Epoch ms from which on nothing newer than the value is known: when its load began, or when it was set. */
  readonly createdAt: number;
  /** Epoch ms; `Infinity` when it never expires. */
  readonly expiresAt: number;
  readonly bytes: number;
  /** The tags it stands under with the generations it saw; undefined when untagged, so that a read need not look. */
  readonly tags: SeenTags | undefined;
}

/** Tags and the generation each had before the value was made. */
export interface SeenTags {
  readonly slots: readonly TagSlot[];
  readonly generations: readonly number[];
}
