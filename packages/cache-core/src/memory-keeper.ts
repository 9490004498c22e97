import { Held } from './held.ts';
import type { MemoryEntry, SeenTags } from './memory-entry.ts';
import type { MemoryStore } from './memory-store.ts';
import type { TagSlots } from './tag-slots.ts';

/** A value for the memory, with its rules. */
export interface KeptValue {
  readonly value: unknown;
  readonly isError?: boolean;
  readonly createdAt: number;
  readonly freshUntil: number;
  /** `freshUntil` or later: up to then it may be served when nothing newer can be had. */
  readonly expiresAt: number;
  readonly loadMs: number;
  readonly etag: string | undefined;
  /** Whether more than the value and its end must be known on a hit. */
  readonly needsHeld: boolean;
  readonly bytes: number | undefined;
  /** Taken over: the entry holds them, or nobody does. */
  readonly tags: SeenTags | undefined;
}

/** Puts values into the memory, as copies where callers get copies, and lets their tags go when it cannot. */
export class MemoryKeeper {
  readonly #memory: MemoryStore;
  readonly #slots: TagSlots;
  readonly #clones: boolean;
  readonly #isUsed: boolean;

  constructor(
    memory: MemoryStore,
    slots: TagSlots,
    { clones, isUsed }: { readonly clones: boolean; readonly isUsed: boolean },
  ) {
    this.#memory = memory;
    this.#slots = slots;
    this.#clones = clones;
    this.#isUsed = isUsed;
  }

  /** Puts a value in, or empties the key when it cannot be kept. Throws what the weigher or the clone throws. */
  keep(key: string, kept: KeptValue): void {
    let isKept = false;
    try {
      if (!this.#isUsed || (kept.value === undefined && !kept.needsHeld)) return;
      isKept = this.#memory.put(key, this.#entry(key, kept));
    } finally {
      if (!isKept) {
        this.#memory.remove(key);
        this.#slots.release(kept.tags);
      }
    }
  }

  #entry(key: string, kept: KeptValue): MemoryEntry {
    const { createdAt, expiresAt, tags } = kept;
    const own = this.#clones && kept.isError !== true ? structuredClone(kept.value) : kept.value;
    const bytes =
      kept.bytes === undefined ? this.#memory.weigh(own, key) : Math.max(1, Math.ceil(kept.bytes));
    const value = kept.needsHeld ? new Held({ ...kept, value: own }) : own;
    return { value, createdAt, expiresAt, bytes, tags };
  }
}
