/** An answer found in a cache. The value is shared: do not change it. */
export interface CachedResult<T> {
  readonly value: T;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms; `Infinity` when it never expires. */
  readonly expiresAt: number;
  /** `stale`: past its ttl, given under a grace rule. */
  readonly state: 'fresh' | 'stale';
  /** Name of the tier that held it. */
  readonly tier: string;
  readonly tags: readonly string[];
}

/** Counters of one tier since it was made. */
export interface TierStatistics {
  readonly name: string;
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly entries: number;
  readonly memoryUsedBytes: number;
}

/** Counters since the cache was made. */
export interface CacheStatistics {
  /** Reads: hits + misses. */
  readonly totalRequests: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Mean time of a hit in ns, sampled (one hit in 64 is timed); 0 before the first sample. */
  readonly averageHitTimeNs: number;
  /** Mean time of a miss in ns, load included; 0 before the first. */
  readonly averageMissTimeNs: number;
  readonly memoryUsedBytes: number;
  /** Entries dropped to make room; expiry and invalidation do not count. */
  readonly evictions: number;
  readonly tiers: readonly TierStatistics[];
}

/** The founding cache contract. Times are in seconds. */
export interface CacheManager {
  /** The entry under `queryHash`, or undefined. @param maxAge seconds since creation above which an entry counts as missing; absent: its ttl alone decides */
  getCachedResult<T = unknown>(queryHash: string, maxAge?: number): Promise<CachedResult<T> | undefined>;
  /** Stores a result, replacing what was there. @param ttl seconds, default 3600 @param tags for `invalidateTags` */
  cacheResult<T>(queryHash: string, result: T, ttl?: number, tags?: readonly string[]): Promise<void>;
  getStatistics(): CacheStatistics;
}

/** How one entry is kept. */
export interface EntryOptions {
  /** Life in ms, above 0; `Infinity` never expires. @default the cache's `ttlMs`, else 3,600,000 */
  readonly ttlMs?: number;
  /** Names for `invalidateTags`. Given before the load; a load cannot add tags. @default none */
  readonly tags?: readonly string[];
  /** An entry older than this many ms counts as missing and is loaded anew. @default its ttl alone decides */
  readonly maxAgeMs?: number;
  /** Bytes the value counts for. @default the cache's weigher decides */
  readonly bytes?: number;
  /** Stops this caller's wait. The load itself stops when its last caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** How far an invalidation got when its promise resolved. */
export interface InvalidationReceipt {
  /** `shared`: every tier took it. `journaled`: obeyed here at once, and replayed to the others when they answer again. */
  readonly delivered: 'shared' | 'journaled';
}

/** A cache that loads what is missing: at most one load per key at a time. */
export interface LoadingCache extends CacheManager, AsyncDisposable {
  /**
   * The value under `key`, loading it when missing. A hit in memory is given back as it is, without a promise.
   * A load that began before an invalidation of its key or tags is given to callers who came before that, and never stored.
   * A rejected load is not kept.
   */
  getOrSet<T>(
    key: string,
    load: (context: { readonly signal: AbortSignal }) => T | Promise<T>,
    options?: EntryOptions,
  ): T | Promise<T>;
  delete(key: string): Promise<InvalidationReceipt>;
  invalidateTags(tags: readonly string[]): Promise<InvalidationReceipt>;
  clear(): Promise<InvalidationReceipt>;
}

/** A value on its way into or out of a tier. */
export interface StoreEntry<V> {
  readonly key: string;
  readonly value: V;
  /** Epoch ms; `Infinity` when it never expires. */
  readonly expiresAt: number;
}

/**
 * One tier. It keeps entries and knows nothing of loads, tags or other tiers; `TieredCache` does.
 * `V` is `Uint8Array` for byte tiers; a value tier keeps values as they are.
 */
export interface CacheStore<V = unknown> extends AsyncDisposable {
  readonly name: string;
  /** What it keeps: any value by reference, or bytes only. */
  readonly keeps: 'values' | 'bytes';
  /** One answer per key, in order; undefined when missing or expired. */
  getMany(keys: readonly string[], options?: StoreOptions): Promise<readonly (StoreEntry<V> | undefined)[]>;
  /** Stores all; an entry that is already expired is dropped. Byte tiers copy: the buffer is the caller's again afterwards. */
  setMany(entries: readonly StoreEntry<V>[], options?: StoreOptions): Promise<void>;
  /** Drops the keys; a missing key is no error. */
  deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void>;
  /** Drops every key that begins with `prefix`; `''` drops all. */
  clear(prefix: string, options?: StoreOptions): Promise<void>;
}

/** Options of every call to a tier. */
export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}
