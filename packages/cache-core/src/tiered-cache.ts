import { channel } from 'node:diagnostics_channel';
import type {
  CacheStatistics,
  CachedResult,
  ChannelMessages,
  EntryOptions,
  InvalidationReceipt,
  LoadingCache,
} from '@perf/contracts';
import { PerfError, abortError, channels } from '@perf/contracts';
import { CacheCounters } from './cache-counters.ts';
import { Flight } from './flight.ts';
import { deepFreeze } from './isolation.ts';
import type { MemoryEntry, SeenTags } from './memory-entry.ts';
import type { ResolvedOptions, TieredCacheOptions } from './tiered-cache-options.ts';
import { checkTtl, resolveOptions } from './tiered-cache-options.ts';
import { TagSlots } from './tag-slots.ts';

type Load<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>;

/** How a load ended. */
type Outcome = { readonly value: unknown };

/** The end of a load that threw or was rejected. */
const FAILED: Outcome = { value: undefined };
const SHARED: InvalidationReceipt = { delivered: 'shared' };
/** One hit in this many is timed; a power of two. */
const TIMED_EVERY = 64;

/**
 * A cache that loads what is missing, once per key however many ask. A hit is given back without a promise.
 *
 * After `delete`, `invalidateTags`, `clear` or `cacheResult` was called, no read that starts later gives an older value:
 * a load that was running then is given to those who waited before, and not kept.
 * A load must not ask the cache for its own key: it would wait for itself.
 *
 * @example
 * const cache = new TieredCache({ ttlMs: 60_000 });
 * const user = await cache.getOrSet(`user:${id}`, () => database.user(id), { tags: ['users'] });
 */
export class TieredCache implements LoadingCache {
  readonly #options: ResolvedOptions;
  readonly #tags = new TagSlots();
  readonly #flights = new Map<string, Flight>();
  readonly #counters = new CacheCounters();
  readonly #channel = channel(channels.cache);
  readonly #clones: boolean;
  readonly #memory: ResolvedOptions['memory'];
  readonly #now: () => number;
  #disposed = false;

  constructor(options: TieredCacheOptions = {}) {
    this.#options = resolveOptions(options);
    this.#memory = this.#options.memory;
    this.#now = this.#options.now;
    this.#clones = this.#options.isolate === 'clone';
    this.#memory.onDrop((entry, evicted) => {
      this.#tags.release(entry.tags);
      if (evicted) this.#publish('evict');
    });
  }

  /**
   * The value under `key`, loading it when missing. A load that gives back a value instead of a promise is answered without
   * promise too, and one that throws at once throws here. `undefined` is given back and not kept; `null` is a value.
   * Tags and ttl are those of the call that loads: all callers of one key should give the same.
   */
  getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T> {
    const counters = this.#counters;
    // Only one hit in 64 is timed: two readings of the clock cost as much as a hit. See bench/cache.bench.ts.
    const start = (counters.hits & (TIMED_EVERY - 1)) === 0 ? performance.now() : 0;
    counters.requests++;
    const maxAgeMs = options?.maxAgeMs;
    const held = maxAgeMs === undefined ? this.#memory.get(key) : this.#find(key, maxAgeMs)?.value;
    if (held === undefined) return this.#load(key, load, options);
    counters.hits++;
    if (this.#channel.hasSubscribers) this.#publish('hit');
    const value = this.#clones ? structuredClone(held) : held;
    if (start !== 0) counters.timeHit(performance.now() - start);
    return typed<T>(value);
  }

  async getCachedResult<T = unknown>(
    queryHash: string,
    maxAge?: number,
  ): Promise<CachedResult<T> | undefined> {
    this.#check();
    this.#counters.requests++;
    const entry = this.#find(queryHash, maxAge === undefined ? undefined : maxAge * 1000);
    this.#publish(entry === undefined ? 'miss' : 'hit');
    if (entry === undefined) return undefined;
    this.#counters.hits++;
    return {
      value: typed<T>(this.#given(entry.value)),
      createdAt: entry.createdAt,
      expiresAt: entry.expiresAt,
      state: 'fresh',
      tier: this.#memory.name,
      tags: entry.tags?.slots.map((slot) => slot.tag) ?? [],
    };
  }

  /** A plain set: a load that runs now will not replace it. `undefined` cannot be kept: it leaves the key empty. */
  async cacheResult<T>(
    queryHash: string,
    result: T,
    ttl = 3600,
    tags: readonly string[] = [],
  ): Promise<void> {
    this.#check();
    const ttlMs = checkTtl(ttl * 1000);
    this.#flights.delete(queryHash);
    if (this.#options.isolate === 'freeze') deepFreeze(result);
    const held = this.#tags.hold(tags);
    this.#keep(queryHash, result, { ttlMs, createdAt: this.#now(), tags: held });
    this.#publish('set');
  }

  async delete(key: string): Promise<InvalidationReceipt> {
    this.#check();
    this.#flights.delete(key);
    this.#memory.remove(key);
    this.#publish('delete');
    return SHARED;
  }

  /** Takes one step per tag, however many entries stand under it: they are dropped when they are next read, or evicted. */
  async invalidateTags(tags: readonly string[]): Promise<InvalidationReceipt> {
    this.#check();
    for (const tag of tags) this.#tags.invalidate(tag);
    this.#publish('invalidate-tags');
    return SHARED;
  }

  async clear(): Promise<InvalidationReceipt> {
    this.#check();
    this.#flights.clear();
    this.#memory.removeAll();
    this.#publish('clear');
    return SHARED;
  }

  /** Tags that entries or running loads stand under; a tag that none holds any more is forgotten. */
  get tagCount(): number {
    return this.#tags.size;
  }

  getStatistics(): CacheStatistics {
    return this.#counters.statistics([this.#memory.statistics]);
  }

  /** Aborts the loads that run; what they still give goes to their callers and is not kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    this.#memory.removeAll();
    for (const flight of flights) flight.abort(this.#disposedError());
    if (this.#options.ownsMemory) await this.#memory[Symbol.asyncDispose]();
  }

  /** The entry when it may be served. */
  #find(key: string, maxAgeMs: number | undefined): MemoryEntry | undefined {
    const entry = this.#memory.read(key);
    if (entry === undefined) return undefined;
    return maxAgeMs !== undefined && this.#now() - entry.createdAt > maxAgeMs ? undefined : entry;
  }

  #load<T>(key: string, load: Load<T>, options: EntryOptions = {}): T | Promise<T> {
    this.#check();
    this.#publish('miss');
    const ttlMs = checkTtl(options.ttlMs ?? this.#options.ttlMs);
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(abortError(signal, 'the wait for a load'));
    const running = this.#flights.get(key);
    if (running !== undefined && running.isCurrent) {
      if (running.result !== undefined) return this.#wait<T>(key, running, running.result, signal);
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'a load asked the cache for its own key');
    }
    this.#flights.delete(key);
    const flight = new Flight(this.#now(), this.#tags.hold(options.tags ?? []));
    this.#flights.set(key, flight);
    return this.#start(key, flight, load, { ...options, ttlMs });
  }

  /** Calls the load. A value is kept and given back at once; a promise is waited for. */
  #start<T>(
    key: string,
    flight: Flight,
    load: Load<T>,
    options: EntryOptions & { readonly ttlMs: number },
  ): T | Promise<T> {
    const start = performance.now();
    const land = (outcome: Outcome): void => {
      this.#counters.timeMiss(performance.now() - start);
      this.#land(key, flight, outcome, options);
    };
    let loaded: T | Promise<T>;
    try {
      loaded = load(flight);
    } catch (error) {
      land(FAILED);
      throw error;
    }
    if (!isPromise(loaded)) {
      land({ value: loaded });
      return typed<T>(this.#given(loaded));
    }
    flight.result = loaded.then(
      (value) => {
        land({ value });
        return value;
      },
      (error: unknown) => {
        land(FAILED);
        throw error;
      },
    );
    return this.#wait<T>(key, flight, flight.result, options.signal);
  }

  /** The end of a load: keeps its value when nothing was invalidated since it began, and lets its tags go otherwise. */
  #land(
    key: string,
    flight: Flight,
    outcome: Outcome,
    { ttlMs, bytes }: { readonly ttlMs: number; readonly bytes?: number | undefined },
  ): void {
    const mayKeep = this.#flights.get(key) === flight && flight.isCurrent;
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    if (outcome !== FAILED && this.#options.isolate === 'freeze') deepFreeze(outcome.value);
    if (outcome === FAILED || !mayKeep) return this.#tags.release(flight.tags);
    try {
      this.#keep(key, outcome.value, { ttlMs, bytes, createdAt: flight.startedAt, tags: flight.tags });
    } catch (error) {
      // The callers have their value; that it could not be kept is told, not thrown at them.
      this.#options.onError(error);
    }
  }

  /** Puts a value into memory, or empties the key when it cannot be kept. Takes over `tags`: the entry holds them, or nobody does. */
  #keep(
    key: string,
    value: unknown,
    entry: {
      readonly ttlMs: number;
      readonly createdAt: number;
      readonly tags: SeenTags | undefined;
      readonly bytes?: number | undefined;
    },
  ): void {
    let kept = false;
    try {
      if (value === undefined) return;
      const own = this.#clones ? structuredClone(value) : value;
      const { createdAt, tags } = entry;
      const bytes =
        entry.bytes === undefined ? this.#memory.weigh(own, key) : Math.max(1, Math.ceil(entry.bytes));
      const expiresAt = this.#now() + entry.ttlMs;
      kept = this.#memory.put(key, { value: own, createdAt, expiresAt, bytes, tags });
    } finally {
      if (!kept) {
        this.#memory.remove(key);
        this.#tags.release(entry.tags);
      }
    }
  }

  #wait<T>(
    key: string,
    flight: Flight,
    result: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const waiting = flight.join(result, signal, () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    return this.#clones
      ? waiting.then((value) => typed<T>(structuredClone(value)))
      : typed<Promise<T>>(waiting);
  }

  #given(value: unknown): unknown {
    return this.#clones ? structuredClone(value) : value;
  }

  #publish(event: ChannelMessages['cache']['event']): void {
    if (!this.#channel.hasSubscribers) return;
    const message: ChannelMessages['cache'] = { cache: this.#options.name, event, tier: this.#memory.name };
    this.#channel.publish(message);
  }

  #check(): void {
    if (this.#disposed) throw this.#disposedError();
  }

  #disposedError(): PerfError {
    return new PerfError('ERR_PERF_DISPOSED', `${this.#options.name} was used after it was disposed`);
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return (
    value instanceof Promise ||
    (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function')
  );
}

/** What a key holds is what its callers put there: they alone know its type. */
function typed<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T;
}
