import type { CacheStore, StoreEntry, StoreOptions, TierStatistics } from '@perf/contracts';
import { PerfError, throwIfAborted } from '@perf/contracts';
import { LRUCache } from 'lru-cache';
import { estimateBytes } from './byte-size.ts';
import type { MemoryEntry } from './memory-entry.ts';

/** How much a memory store may hold. Both bounds always apply; neither can be switched off. */
export interface MemoryStoreOptions {
  /** Most entries kept, 1 to 16,777,215; room for them is reserved at once, about 40 bytes each. @default 100,000 */
  readonly maxEntries?: number;
  /** Most bytes of values kept, keys and bookkeeping (about 160 bytes an entry) not counted. A bigger value is not kept. @default 64 MiB */
  readonly maxBytes?: number;
  /** Bytes a value counts for; a part of a byte counts as a whole, nothing counts as 1. @default `estimateBytes` */
  readonly sizeOf?: (value: unknown, key: string) => number;
  /** Names the tier in statistics and results. @default 'memory' */
  readonly name?: string;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
}

/** lru-cache numbers its places with at most 24 bits before its arrays become plain ones. */
const MOST_ENTRIES = 2 ** 24 - 1;

/**
 * An entry as the map holds it. Most reads are settled by `freshTicks`, a small integer that lies in the entry itself: an
 * epoch ms is a number object of its own, and fetching it costs a hit a second miss of the processor's cache.
 */
interface HeldEntry extends MemoryEntry {
  /** Until this tick it is fresh for certain; from then on `expiresAt` says. */
  readonly freshTicks: number;
}

const TICK_MS = 1024;
/** The largest small integer on every platform: 34 years. */
const MOST_TICKS = 2 ** 30 - 1;

/**
 * The memory tier: values by reference, the least recently used dropped first, within a number of entries and of bytes.
 * Expiry is checked on read; an expired entry stays in memory until it is read, replaced or evicted.
 * Beside the `CacheStore` calls it has the same without promises, for hits that cost no more than a look-up.
 */
export class MemoryStore implements CacheStore {
  readonly name: string;
  readonly keeps = 'values';
  /** The store's source of time. */
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly #lru: LRUCache<string, HeldEntry>;
  /** Epoch ms from which ticks are counted. */
  readonly #epoch: number;
  readonly #sizeOf: (value: unknown, key: string) => number;
  #dropped: ((entry: MemoryEntry, evicted: boolean) => void) | undefined;
  #disposed = false;
  #requests = 0;
  #hits = 0;
  #evictions = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.name = options.name ?? 'memory';
    this.now = options.now ?? Date.now;
    this.#epoch = this.now();
    this.#sizeOf = options.sizeOf ?? estimateBytes;
    this.maxEntries = positiveInteger('maxEntries', options.maxEntries ?? 100_000, MOST_ENTRIES);
    this.maxBytes = positiveInteger(
      'maxBytes',
      options.maxBytes ?? 64 * 1024 * 1024,
      Number.MAX_SAFE_INTEGER,
    );
    this.#lru = new LRUCache({
      max: this.maxEntries,
      maxSize: this.maxBytes,
      dispose: (entry, _, reason) => {
        if (reason === 'evict') this.#evictions++;
        this.#dropped?.(entry, reason === 'evict');
      },
    });
  }

  /** Entries held, expired ones that nobody asked for included. */
  get entries(): number {
    return this.#lru.size;
  }

  /** Counters since the store was made. */
  get statistics(): TierStatistics {
    return {
      name: this.name,
      requests: this.#requests,
      hits: this.#hits,
      misses: this.#requests - this.#hits,
      evictions: this.#evictions,
      entries: this.#lru.size,
      memoryUsedBytes: this.#lru.calculatedSize,
    };
  }

  /** The entry under `key` as it is held, made the most recently used; undefined when missing or expired. Allocates nothing. */
  read(key: string): MemoryEntry | undefined {
    this.#requests++;
    const entry = this.#lru.get(key);
    if (entry === undefined) return undefined;
    const now = this.now();
    if (entry.freshTicks <= this.#ticks(now) && entry.expiresAt <= now) {
      this.#lru.delete(key);
      return undefined;
    }
    this.#hits++;
    return entry;
  }

  /** Holds `entry` under `key`. Says whether it does: an expired one, or one above `maxBytes`, is dropped with what it replaces. */
  put(key: string, entry: MemoryEntry): boolean {
    if (this.#disposed) throw this.#disposedError();
    if (entry.expiresAt <= this.now()) {
      this.#lru.delete(key);
      return false;
    }
    const { value, tags, createdAt, expiresAt, bytes } = entry;
    const freshTicks = Math.min(Math.floor((expiresAt - this.#epoch) / TICK_MS), MOST_TICKS);
    this.#lru.set(key, { value, tags, freshTicks, createdAt, expiresAt, bytes }, { size: bytes });
    return entry.bytes <= this.maxBytes;
  }

  /** Drops what is under `key`. */
  remove(key: string): void {
    this.#lru.delete(key);
  }

  /** Drops everything. */
  removeAll(): void {
    this.#lru.clear();
  }

  /** Bytes that `value` will count for: a whole number of at least 1. */
  weigh(value: unknown, key: string): number {
    const bytes = this.#sizeOf(value, key);
    if (!(bytes >= 0) || bytes === Infinity)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `sizeOf must give bytes of 0 or more, got ${bytes}`);
    return Math.max(1, Math.ceil(bytes));
  }

  /**
   * Tells the cache that owns this store of every entry that leaves, whatever the reason. A second owner is refused.
   * @param listener gets `evicted` when room was needed
   */
  onDrop(listener: (entry: MemoryEntry, evicted: boolean) => void): void {
    if (this.#dropped !== undefined)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the store ${this.name} belongs to another cache already`,
      );
    this.#dropped = listener;
  }

  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<unknown> | undefined)[]> {
    this.#check(options, 'the read');
    return keys.map((key) => {
      const entry = this.read(key);
      return entry === undefined ? undefined : { key, value: entry.value, expiresAt: entry.expiresAt };
    });
  }

  async setMany(entries: readonly StoreEntry<unknown>[], options?: StoreOptions): Promise<void> {
    this.#check(options, 'the write');
    const createdAt = this.now();
    for (const { key, value, expiresAt } of entries)
      this.put(key, { value, createdAt, expiresAt, bytes: this.weigh(value, key), tags: undefined });
  }

  async deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    this.#check(options, 'the delete');
    for (const key of keys) this.#lru.delete(key);
  }

  /** Looks at every key unless `prefix` is empty. */
  async clear(prefix: string, options?: StoreOptions): Promise<void> {
    this.#check(options, 'the clear');
    if (prefix === '') return this.#lru.clear();
    const found = Array.from(this.#lru.keys()).filter((key) => key.startsWith(prefix));
    for (const key of found) this.#lru.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#lru.clear();
  }

  /** Ticks since the store was made, rounded towards 0: never too few. */
  #ticks(epochMs: number): number {
    return ((epochMs - this.#epoch) / TICK_MS) | 0;
  }

  #check(options: StoreOptions | undefined, doing: string): void {
    if (this.#disposed) throw this.#disposedError();
    throwIfAborted(options?.signal, doing);
  }

  #disposedError(): PerfError {
    return new PerfError('ERR_PERF_DISPOSED', `the store ${this.name} was used after it was disposed`);
  }
}

function positiveInteger(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `${name} must be a whole number from 1 to ${most}, got ${value}`,
    );
  return value;
}
