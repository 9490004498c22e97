import type { MemoryEntry } from '../memory-entry.ts';
import type { MarginalHits } from './margins.ts';

/** Told of an entry that leaves, and whether room was needed. */
export type DropListener = (entry: MemoryEntry, evicted: boolean) => void;

/** Bounds of a keeper. */
export interface KeeperBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Holds entries within bounds and chooses what leaves. It knows nothing of promises, weighing or statistics. */
export interface EntryKeeper {
  readonly size: number;
  /** Bytes of all entries. */
  readonly bytes: number;
  /** Reads that found an entry, and those that did not. */
  readonly hits: number;
  readonly misses: number;
  /** Entries dropped to make room. */
  readonly evictions: number;
  /** Told of every entry that leaves, whatever the reason. */
  onDrop: DropListener | undefined;
  /** The value under `key`, used once more; undefined when there is none that may be served. */
  get(key: string): unknown;
  /** The same with all that belongs to it. */
  read(key: string): MemoryEntry | undefined;
  /** Holds an entry of at most `maxBytes` that has not expired. */
  put(key: string, entry: MemoryEntry): void;
  remove(key: string): void;
  clear(): void;
  keys(): Iterable<string>;
  resize(bounds: KeeperBounds): void;
  /** Hits that other sizes would have had; undefined where the policy does not know. */
  marginalHits(): MarginalHits | undefined;
}
