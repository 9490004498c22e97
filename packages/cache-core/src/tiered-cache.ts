import { channel } from 'node:diagnostics_channel';
import type {
  CacheStatistics,
  CachedResult,
  ChannelMessages,
  EntryOptions,
  InvalidationReceipt,
  Load,
  LoadingCache,
} from '@perf/contracts';
import { PerfError, abortError, channels } from '@perf/contracts';
import { CacheCounters } from './cache-counters.ts';
import { CacheNamespace } from './cache-namespace.ts';
import { checkTtl, entryRules, judge } from './entry-rules.ts';
import { EntryWriter } from './entry-writer.ts';
import { Held } from './held.ts';
import { Loader } from './loader.ts';
import { LookUps } from './look-ups.ts';
import { loadMany } from './load-many.ts';
import type { LoadMany } from './load-many.ts';
import { MemoryKeeper } from './memory-keeper.ts';
import type { MemoryEntry } from './memory-entry.ts';
import type { ResolvedOptions, TieredCacheOptions } from './tiered-cache-options.ts';
import { resolveOptions } from './tiered-cache-options.ts';
import { TagSlots } from './tag-slots.ts';
import { LowerTiers } from './tiers/lower-tiers.ts';
import { MOST_PLAIN, Names, shortened } from './tiers/names.ts';

const SHARED: InvalidationReceipt = { delivered: 'shared' };
/** One hit in this many is timed; a power of two. */
const TIMED_EVERY = 64;

/**
 * A cache that loads what is missing, once per key however many ask. A hit is given back without a promise.
 *
 * After `delete`, `invalidateTags`, `invalidatePrefix`, `clear` or a set was acknowledged, no read that starts later gives an older
 * value: a load that was running then is given to those who waited before, and not kept.
 * A load must not ask the cache for its own key: it would wait for itself.
 *
 * @example
 * const cache = new TieredCache({ ttlMs: 60_000, tiers: [new RedisStore(redis)] });
 * const user = await cache.getOrSet(`user:${id}`, () => database.user(id), { tags: ['users'] });
 */
export class TieredCache implements LoadingCache {
  readonly #options: ResolvedOptions;
  readonly #slots: TagSlots;
  readonly #counters = new CacheCounters();
  readonly #channel = channel(channels.cache);
  readonly #clones: boolean;
  readonly #memory: ResolvedOptions['memory'];
  readonly #now: () => number;
  readonly #names: Names;
  readonly #lower: LowerTiers | undefined;
  readonly #loader: Loader;
  readonly #lookUps: LookUps;
  readonly #writer: EntryWriter;
  #disposed = false;

  constructor(options: TieredCacheOptions = {}) {
    const resolved = (this.#options = resolveOptions(options));
    this.#memory = resolved.memory;
    this.#now = resolved.now;
    this.#clones = resolved.isolate === 'clone';
    this.#names = new Names(resolved.namespace);
    this.#slots = new TagSlots({ holdsRoot: resolved.tiers.length > 0 });
    this.#memory.onDrop((entry, evicted) => {
      this.#slots.release(entry.tags);
      if (evicted) this.#publish('evict');
    });
    this.#lower = resolved.tiers.length === 0 ? undefined : this.#lowerTiers();
    const [slots, counters, lower] = [this.#slots, this.#counters, this.#lower];
    const keeper = new MemoryKeeper(this.#memory, slots, {
      clones: this.#clones,
      isUsed: resolved.usesMemory,
    });
    const publish = (event: 'hit' | 'miss', tier?: string): void => this.#publish(event, tier);
    this.#loader = new Loader({ options: resolved, slots, keeper, counters, lower, publish });
    this.#lookUps = new LookUps({ options: resolved, slots, keeper, lower });
    this.#writer = new EntryWriter({ options: resolved, slots, keeper, lower });
  }

  /**
   * The value under `key`, loading it when missing. Where there are no tiers below the memory, a load that gives back a value
   * instead of a promise is answered without promise too, and one that throws at once throws here. `undefined` is given back and
   * not kept, unless `undefinedTtlMs` says so; `null` is a value.
   * Tags and ttl are those of the call that loads: all callers of one key should give the same.
   */
  getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T> {
    const counters = this.#counters;
    // Only one hit in 64 is timed: two readings of the clock cost as much as a hit. See bench/cache.bench.ts.
    const start = (counters.hits & (TIMED_EVERY - 1)) === 0 ? performance.now() : 0;
    counters.requests++;
    const lower = this.#lower;
    const id = key.length > MOST_PLAIN && lower !== undefined ? shortened(key) : key;
    let held: unknown;
    if (lower === undefined || !lower.coherence.isDoubtful) {
      const maxAgeMs = options?.maxAgeMs;
      held = maxAgeMs === undefined ? this.#memory.get(id) : this.#find(id, maxAgeMs)?.value;
    }
    if (held === undefined || held instanceof Held) return typed(this.#load(id, load, options, held));
    counters.hits++;
    if (this.#channel.hasSubscribers) this.#publish('hit');
    const value = this.#clones ? structuredClone(held) : held;
    if (start !== 0) counters.timeHit(performance.now() - start);
    return typed<T>(value);
  }

  /**
   * The values under all keys, with one load for those that are missing and that nobody loads already. A key that the load does
   * not give has `undefined`. The signal stops the wait for all.
   */
  async getManyOrSet<T>(
    keys: readonly string[],
    load: LoadMany<T>,
    options?: EntryOptions,
  ): Promise<ReadonlyMap<string, T | undefined>> {
    this.#check();
    return loadMany(keys, load, (key, loadOne, onHeld) => {
      const found = this.#peek(key);
      return found === undefined ? this.#ask(key, loadOne, options, onHeld) : found.value;
    });
  }

  /** What is kept under all keys, without loading: those that are missing are not in the map. */
  async getMany<T = unknown>(
    keys: readonly string[],
    options: { readonly maxAgeMs?: number } = {},
  ): Promise<ReadonlyMap<string, CachedResult<T>>> {
    const found = await Promise.all(keys.map((key) => this.get<T>(key, options)));
    return new Map(keys.flatMap((key, i) => (found[i] === undefined ? [] : [[key, found[i]]])));
  }

  /** What is kept under `key`, without loading it. An error that is kept counts as nothing. */
  async get<T = unknown>(
    key: string,
    options: { readonly maxAgeMs?: number } = {},
  ): Promise<CachedResult<T> | undefined> {
    this.#check();
    this.#counters.requests++;
    const id = this.#id(key);
    const entry = this.#lower?.coherence.isDoubtful === true ? undefined : this.#find(id, options.maxAgeMs);
    const rules = entryRules(options, this.#options.defaults);
    const found = (entry && this.#resultOf(entry)) ?? (await this.#lookUps.find(id, rules));
    this.#publish(found === undefined ? 'miss' : 'hit', found?.tier);
    if (found === undefined) return undefined;
    this.#counters.hits++;
    return { ...found, value: typed<T>(this.#given(found.value)) };
  }

  async getCachedResult<T = unknown>(
    queryHash: string,
    maxAge?: number,
  ): Promise<CachedResult<T> | undefined> {
    return this.get<T>(queryHash, maxAge === undefined ? {} : { maxAgeMs: maxAge * 1000 });
  }

  /** A plain set: a load that runs now will not replace it. `undefined` cannot be kept, unless `undefinedTtlMs` says so: it leaves the key empty. */
  async set<T>(key: string, value: T, options: EntryOptions = {}): Promise<InvalidationReceipt> {
    this.#check();
    const id = this.#id(key);
    const rules = entryRules(options, this.#options.defaults);
    this.#forget(id);
    this.#publish('set');
    return this.#writer.write(id, value, rules);
  }

  async cacheResult<T>(
    queryHash: string,
    result: T,
    ttl = 3600,
    tags: readonly string[] = [],
  ): Promise<void> {
    await this.set(queryHash, result, { ttlMs: checkTtl(ttl * 1000), tags });
  }

  async delete(key: string): Promise<InvalidationReceipt> {
    this.#check();
    const id = this.#id(key);
    this.#forget(id);
    this.#memory.remove(id);
    this.#publish('delete');
    return (await this.#lower?.coherence.deliver({ kind: 'key', name: this.#names.ofKey(id) })) ?? SHARED;
  }

  /** Takes one step per tag, however many entries stand under it: they are dropped when they are next read, or evicted. */
  async invalidateTags(tags: readonly string[]): Promise<InvalidationReceipt> {
    this.#check();
    for (const tag of tags) this.#slots.invalidate(tag);
    this.#publish('invalidate-tags');
    if (this.#lower === undefined) return SHARED;
    const { coherence } = this.#lower;
    const receipts = await Promise.all(
      tags.map((tag) => coherence.deliver({ kind: 'counter', name: this.#names.ofTag(tag) })),
    );
    return receipts.find(({ delivered }) => delivered === 'journaled') ?? SHARED;
  }

  /** Drops every key that begins with `prefix`, of up to 100 characters. Looks at every key of every tier; tags do not. */
  async invalidatePrefix(prefix: string): Promise<InvalidationReceipt> {
    this.#check();
    const name = this.#names.ofPrefix(prefix);
    this.#dropPrefix(prefix);
    this.#publish('delete');
    return (await this.#lower?.coherence.deliver({ kind: 'prefix', name })) ?? SHARED;
  }

  async clear(): Promise<InvalidationReceipt> {
    this.#check();
    this.#loader.flights.clear();
    this.#lookUps.forgetAll();
    this.#writer.forgetAll();
    this.#slots.invalidate(undefined);
    this.#memory.removeAll();
    this.#publish('clear');
    return (await this.#lower?.coherence.deliver({ kind: 'counter', name: this.#names.root })) ?? SHARED;
  }

  /** A part of this cache with keys of its own, which can be cleared alone. */
  namespace(name: string): CacheNamespace {
    return new CacheNamespace(this, name);
  }

  /** Tags that entries or running loads stand under; a tag that none holds any more is forgotten. */
  get tagCount(): number {
    return this.#slots.size;
  }

  /** Resolves when what was loaded has been stored in every tier, or has failed there. */
  async flush(): Promise<void> {
    await this.#lower?.flush();
  }

  getStatistics(): CacheStatistics {
    const lower = this.#lower?.coherence.tiers.map(({ guard }) => guard.statistics) ?? [];
    return this.#counters.statistics([this.#memory.statistics, ...lower]);
  }

  /** Aborts the loads that run; what they still give goes to their callers and is not kept. Waits for what is being stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#loader.abortAll(this.#disposedError());
    this.#lookUps.forgetAll();
    this.#memory.removeAll();
    await this.#lower?.flush();
    await this.#lower?.coherence.stop();
    if (this.#options.ownsMemory) await this.#memory[Symbol.asyncDispose]();
  }

  #lowerTiers(): LowerTiers {
    return new LowerTiers({
      ...this.#options,
      slots: this.#slots,
      names: this.#names,
      listener: {
        dropKey: (key) => {
          this.#forget(key);
          this.#memory.remove(key);
        },
        dropPrefix: (prefix) => this.#dropPrefix(prefix),
      },
    });
  }

  /** What memory holds under a key, when it may be served as it is. */
  #peek(key: string): { readonly value: unknown } | undefined {
    if (this.#lower?.coherence.isDoubtful === true) return undefined;
    const value = this.#memory.get(this.#id(key));
    if (value === undefined || value instanceof Held) return undefined;
    this.#counters.requests++;
    this.#counters.hits++;
    return { value: this.#given(value) };
  }

  #ask(key: string, load: Load<unknown>, options: EntryOptions | undefined, onHeld: () => void): unknown {
    this.#counters.requests++;
    const id = this.#id(key);
    const held = this.#lower?.coherence.isDoubtful === true ? undefined : this.#memory.get(id);
    return this.#load(id, load, options, held instanceof Held ? held : undefined, onHeld);
  }

  /** Serves what is held under rules of its own, or loads. */
  #load(
    id: string,
    load: Load<unknown>,
    options: EntryOptions = {},
    held?: Held,
    onHeld?: () => void,
  ): unknown {
    this.#check();
    if (this.#lower !== undefined && id.length <= MOST_PLAIN) shortened(id);
    const rules = entryRules(options, this.#options.defaults);
    const { signal } = rules;
    const { random } = this.#options;
    const verdict = held === undefined ? 'old' : judge(held, rules, this.#now(), random);
    const again = rules.maxAgeMs === undefined ? undefined : () => this.#again(id, load, options);
    const call = { key: id, load, rules, again };
    const old = held === undefined || held.isError ? undefined : { held, mayServe: verdict !== 'old' };
    if (held !== undefined && (verdict === 'serve' || verdict === 'renew')) {
      if (verdict === 'renew') this.#loader.renew({ ...call, old });
      return this.#serve(held);
    }
    if (signal?.aborted === true) return Promise.reject(abortError(signal, 'the wait for a load'));
    return this.#loader.load({ ...call, old, isRenewal: false, onHeld });
  }

  /** Looks once more for a caller who waited for a load that may have ended with something too old. */
  #again(id: string, load: Load<unknown>, options: EntryOptions): unknown {
    const held = this.#find(id, options.maxAgeMs)?.value;
    return held === undefined || held instanceof Held
      ? this.#load(id, load, options, held)
      : this.#given(held);
  }

  #serve(held: Held): unknown {
    this.#counters.hits++;
    if (held.freshUntil <= this.#now()) this.#counters.staleHits++;
    this.#publish('hit');
    // An error is kept to be thrown again, as the load did.
    return held.isError ? Promise.reject(held.value) : this.#given(held.value);
  }

  /** The entry in memory when it may be served. */
  #find(id: string, maxAgeMs: number | undefined): MemoryEntry | undefined {
    const entry = this.#memory.read(id);
    if (entry === undefined) return undefined;
    return maxAgeMs !== undefined && this.#now() - entry.createdAt > maxAgeMs ? undefined : entry;
  }

  /** An entry of the memory as callers get it; undefined for one past its ttl, and for errors. */
  #resultOf(entry: MemoryEntry): CachedResult<unknown> | undefined {
    const { value, createdAt, expiresAt } = entry;
    const tags = entry.tags?.slots.flatMap(({ tag }) => tag ?? []) ?? [];
    const common = { createdAt, state: 'fresh', tier: this.#memory.name, tags } as const;
    if (!(value instanceof Held)) return { ...common, value, expiresAt };
    if (value.isError || value.freshUntil <= this.#now()) return undefined;
    return { ...common, value: value.value, expiresAt: value.freshUntil };
  }

  /** Forgets what is on its way to the memory under a key. */
  #forget(id: string): void {
    this.#loader.flights.delete(id);
    this.#lookUps.forget(id);
    this.#writer.forget(id);
  }

  #dropPrefix(prefix: string): void {
    for (const id of this.#loader.flights.keys()) if (id.startsWith(prefix)) this.#forget(id);
    this.#lookUps.forgetAll();
    this.#writer.forgetAll();
    this.#memory.removePrefix(prefix);
  }

  #id(key: string): string {
    return this.#lower === undefined ? key : shortened(key);
  }

  #given(value: unknown): unknown {
    return this.#clones ? structuredClone(value) : value;
  }

  #publish(event: ChannelMessages['cache']['event'], tier: string = this.#memory.name): void {
    if (!this.#channel.hasSubscribers) return;
    const message: ChannelMessages['cache'] = { cache: this.#options.name, event, tier };
    this.#channel.publish(message);
  }

  #check(): void {
    if (this.#disposed) throw this.#disposedError();
  }

  #disposedError(): PerfError {
    return new PerfError('ERR_PERF_DISPOSED', `${this.#options.name} was used after it was disposed`);
  }
}

/** What a key holds is what its callers put there: they alone know its type. */
function typed<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T;
}
