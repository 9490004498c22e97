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
  /** Calls that failed or took too long. Absent in a tier that cannot fail. */
  readonly errors?: number;
  /** Entries that were found and could not be used: out of date, corrupt, or of an unknown version. */
  readonly rejected?: number;
  /** Absent in a tier that is asked without waiting. */
  readonly latency?: TierLatency;
}

/** Times of the calls to a tier that were answered. */
export interface TierLatency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
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
  /** Hits past their ttl, served under a grace rule; counted in `cacheHits` too. Absent in caches without such rules. */
  readonly staleHits?: number;
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
  /** Shortens each life by a random share of up to this, 0 to 1, so that what was loaded together does not expire together. @default 0 */
  readonly jitter?: number;
  /** Ms past its ttl for which an entry is still served when its load fails or is slower than `softTimeoutMs`. Never after an invalidation. @default 0 */
  readonly graceMs?: number;
  /** Ms past its ttl for which an entry is served at once while one load renews it. @default 0 */
  readonly staleWhileRevalidateMs?: number;
  /**
   * Renews an entry in the background before its ttl ends, the likelier the nearer the end and the slower the load was (XFetch;
   * Vattani, Chierichetti & Lowenstein, VLDB 2015). A number is their β: above 1 renews earlier. @default false; true is 1
   */
  readonly refreshAhead?: boolean | number;
  /** Ms after which a caller that could have a value under `graceMs` gets it; the load goes on. @default no limit */
  readonly softTimeoutMs?: number;
  /** Ms after which a load is aborted and its callers get `ERR_PERF_LOAD_TIMEOUT`, or a value under `graceMs`. @default no limit */
  readonly hardTimeoutMs?: number;
  /** Ms for which a loaded `null` is kept. @default its ttl, as any value */
  readonly nullTtlMs?: number;
  /** Ms for which a loaded `undefined` is kept. @default 0: it is not kept */
  readonly undefinedTtlMs?: number;
  /** Ms for which the error of a failed load is kept and thrown to callers, in this process. @default 0: it is not kept */
  readonly errorTtlMs?: number;
  /** Stops this caller's wait. The load itself stops when its last caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** Given to a load. */
export interface LoadContext {
  /** Aborted when the last caller has gone, or the load has taken `hardTimeoutMs`. */
  readonly signal: AbortSignal;
  /** What is held and out of date, for a conditional request. Never something that was invalidated. */
  readonly previous: CachedResult<unknown> | undefined;
  /** The mark given with `previous`. */
  readonly etag: string | undefined;
  /** Remembers a mark of this version (an HTTP ETag, a row version) for the next load. */
  setEtag(etag: string): void;
  /** Ends the load when the source says that `previous` is still true: that is kept and given for another life. Throws, to end it. */
  notModified(): never;
}

/** A load: what the cache calls when it has no value. */
export type Load<T> = (context: LoadContext) => T | Promise<T>;

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
  getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T>;
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
  /**
   * Whether entries that were there when the store was opened may be served beside a shared tier. They missed the invalidations
   * of meanwhile, so `TieredCache` empties the store at first use unless this is true. @default false
   */
  readonly keepOnOpen?: boolean;
  /** Its own counters, where it keeps some. */
  readonly statistics?: TierStatistics;
  /** One answer per key, in order; undefined when missing or expired. */
  getMany(keys: readonly string[], options?: StoreOptions): Promise<readonly (StoreEntry<V> | undefined)[]>;
  /** Stores all; an entry that is already expired is dropped. Byte tiers copy: the buffer is the caller's again afterwards. */
  setMany(entries: readonly StoreEntry<V>[], options?: StoreOptions): Promise<void>;
  /** Drops the keys; a missing key is no error. */
  deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void>;
  /** Drops every key that begins with `prefix`; `''` drops all. A store that cannot list its keys drops more than that, never less. */
  clear(prefix: string, options?: StoreOptions): Promise<void>;
}

/** Options of every call to a tier. */
export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}
