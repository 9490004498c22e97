import type { CacheStore, StoreEntry, StoreOptions, TierStatistics } from '@perf/contracts';
import { PerfError, throwIfAborted } from '@perf/contracts';
import { estimateBytes } from './byte-size.ts';
import { CoarseClock } from './memory/coarse-clock.ts';
import { createPolicy } from './memory/create-policy.ts';
import type { EntryKeeper, KeeperBounds } from './memory/entry-keeper.ts';
import type { PolicyName } from './memory/eviction-policy.ts';
import { seededKeyHash } from './memory/key-hash.ts';
import type { MarginalHits } from './memory/margins.ts';
import { LruKeeper } from './memory/lru-keeper.ts';
import { SlotKeeper } from './memory/slot-keeper.ts';
import type { MemoryEntry } from './memory-entry.ts';
import { realAfter } from './timer.ts';

/** How much a memory store may hold, and what leaves first. Both bounds always apply; neither can be switched off. */
export interface MemoryStoreOptions {
  /** Most entries kept, 1 to 16,777,215. @default 100,000 */
  readonly maxEntries?: number;
  /** Most bytes of values kept, keys and bookkeeping (about 90 bytes an entry) not counted. A bigger value is not kept. @default 64 MiB */
  readonly maxBytes?: number;
  /**
   * What leaves when room is needed. `adaptive` follows `s3-fifo` or `w-tinylfu`, whichever does better on the traffic at hand;
   * `lru` is the package lru-cache, which reserves its room at once. @default 'adaptive'
   */
  readonly policy?: PolicyName;
  /** Bytes a value counts for; a part of a byte counts as a whole, nothing counts as 1. @default `estimateBytes` */
  readonly sizeOf?: (value: unknown, key: string) => number;
  /** Names the tier in statistics and results. @default 'memory' */
  readonly name?: string;
  /**
   * Source of time, epoch ms, read for each entry that expires. The default is read at most once a ms or 64 reads: an entry may be
   * served up to 1 ms past its end, or as long as one stretch of synchronous code. @default Date.now
   */
  readonly now?: () => number;
  /** Source of the seeds of the hash of keys, 0 to below 1; for tests. Who can foresee it can choose what is evicted. @default Math.random */
  readonly random?: () => number;
}

const POLICIES: readonly PolicyName[] = ['lru', 's3-fifo', 'w-tinylfu', 'sieve', 'adaptive'];

/** lru-cache numbers its places with at most 24 bits before its arrays become plain ones; so do we. */
const MOST_ENTRIES = 2 ** 24 - 1;

/**
 * The memory tier: values by reference, within a number of entries and of bytes; the policy chooses what leaves.
 * Expiry is checked on read, to the ms (see `now`); an expired entry stays in memory until it is read, replaced or evicted.
 * Beside the `CacheStore` calls it has the same without promises, for hits that cost no more than a look-up.
 */
export class MemoryStore implements CacheStore {
  readonly name: string;
  readonly keeps = 'values';
  readonly policy: PolicyName;
  /** The store's source of time. */
  readonly now: () => number;
  /** The same, coarse where it is the real one. */
  readonly #clock: () => number;
  readonly #keeper: EntryKeeper;
  readonly #sizeOf: (value: unknown, key: string) => number;
  #maxEntries = 0;
  #maxBytes = 0;
  #hasOwner = false;
  #disposed = false;

  constructor(options: MemoryStoreOptions = {}) {
    this.name = options.name ?? 'memory';
    this.now = options.now ?? Date.now;
    this.#clock = this.now === Date.now ? new CoarseClock(Date.now, realAfter).read : this.now;
    this.#sizeOf = options.sizeOf ?? estimateBytes;
    this.#maxEntries = checkEntries(options.maxEntries ?? 100_000);
    this.#maxBytes = checkBytes(options.maxBytes ?? 64 * 1024 * 1024);
    this.policy = checkPolicy(options.policy ?? 'adaptive');
    const bounds = { maxEntries: this.#maxEntries, maxBytes: this.#maxBytes };
    this.#keeper = createKeeper(this.policy, bounds, this.#clock, options.random ?? Math.random);
  }

  get maxEntries(): number {
    return this.#maxEntries;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** Entries held, expired ones that nobody asked for included. */
  get entries(): number {
    return this.#keeper.size;
  }

  /** Counters since the store was made. */
  get statistics(): TierStatistics {
    const { hits, misses, evictions, size, bytes } = this.#keeper;
    return {
      name: this.name,
      requests: hits + misses,
      hits,
      misses,
      evictions,
      entries: size,
      memoryUsedBytes: bytes,
    };
  }

  /**
   * Hits that four fifths and six fifths of the room would have had, on a sample of the keys, counted from the first call on. Undefined until
   * room was needed, and for policies other than `adaptive`.
   */
  get marginalHits(): MarginalHits | undefined {
    return this.#keeper.marginalHits();
  }

  /** The value under `key`; undefined when missing, expired or under an invalidated tag. Allocates nothing and moves nothing. */
  get(key: string): unknown {
    return this.#keeper.get(key);
  }

  /** The same with all that is known of it. */
  read(key: string): MemoryEntry | undefined {
    return this.#keeper.read(key);
  }

  /** Holds `entry` under `key`. Says whether it does: an expired one, or one above `maxBytes`, is dropped with what it replaces. */
  put(key: string, entry: MemoryEntry): boolean {
    if (this.#disposed) throw this.#disposedError();
    if (
      entry.bytes > this.#maxBytes ||
      (entry.expiresAt !== Infinity && !(entry.expiresAt > this.#clock()))
    ) {
      this.#keeper.remove(key);
      return false;
    }
    this.#keeper.put(key, entry);
    return true;
  }

  /** Drops what is under `key`. */
  remove(key: string): void {
    this.#keeper.remove(key);
  }

  /** Drops everything. */
  removeAll(): void {
    this.#keeper.clear();
  }

  /** Drops every key that begins with `prefix`. Looks at every key unless `prefix` is empty. */
  removePrefix(prefix: string): void {
    if (prefix === '') return this.#keeper.clear();
    const found = Array.from(this.#keeper.keys()).filter((key) => key.startsWith(prefix));
    for (const key of found) this.#keeper.remove(key);
  }

  /** Sets other bounds from now on; what is above them is evicted at once. A bound that is left out stays. */
  resize(bounds: { readonly maxEntries?: number; readonly maxBytes?: number }): void {
    if (this.#disposed) throw this.#disposedError();
    const maxEntries = checkEntries(bounds.maxEntries ?? this.#maxEntries);
    const maxBytes = checkBytes(bounds.maxBytes ?? this.#maxBytes);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#keeper.resize({ maxEntries, maxBytes });
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
    if (this.#hasOwner)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the store ${this.name} belongs to another cache already`,
      );
    this.#hasOwner = true;
    this.#keeper.onDrop = listener;
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
    for (const key of keys) this.#keeper.remove(key);
  }

  async clear(prefix: string, options?: StoreOptions): Promise<void> {
    this.#check(options, 'the clear');
    this.removePrefix(prefix);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#keeper.clear();
  }

  #check(options: StoreOptions | undefined, doing: string): void {
    if (this.#disposed) throw this.#disposedError();
    throwIfAborted(options?.signal, doing);
  }

  #disposedError(): PerfError {
    return new PerfError('ERR_PERF_DISPOSED', `the store ${this.name} was used after it was disposed`);
  }
}

function createKeeper(
  policy: PolicyName,
  bounds: KeeperBounds,
  now: () => number,
  random: () => number,
): EntryKeeper {
  if (policy === 'lru') return new LruKeeper(bounds, now);
  return new SlotKeeper({
    ...bounds,
    now,
    hashOf: seededKeyHash(random),
    createPolicy: (table) => createPolicy(policy, table),
  });
}

function checkPolicy(policy: PolicyName): PolicyName {
  if (POLICIES.includes(policy)) return policy;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `policy must be one of ${POLICIES.join(', ')}, got ${policy}`,
  );
}

function checkEntries(value: number): number {
  return positiveInteger('maxEntries', value, MOST_ENTRIES);
}

function checkBytes(value: number): number {
  return positiveInteger('maxBytes', value, Number.MAX_SAFE_INTEGER);
}

function positiveInteger(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `${name} must be a whole number from 1 to ${most}, got ${value}`,
    );
  return value;
}
