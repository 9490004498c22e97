import type {
  CacheStatistics,
  CachedResult,
  EntryOptions,
  InvalidationReceipt,
  Load,
  LoadingCache,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { TieredCache } from './tiered-cache.ts';

/**
 * A part of a cache: its keys begin with a name and stand under a tag of it, so that it can be cleared alone in one step. Tags are those of
 * the whole cache. Disposing it does nothing: the cache it is a part of is closed by whoever made it.
 */
export class CacheNamespace implements LoadingCache {
  readonly name: string;
  readonly #cache: TieredCache;
  readonly #prefix: string;
  readonly #plain: EntryOptions;

  /** @param name up to 64 letters, digits, dots, dashes or underscores */
  constructor(cache: TieredCache, name: string) {
    if (!/^[\w.-]{1,64}$/.test(name))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        'a namespace must be 1 to 64 letters, digits, dots, dashes or underscores',
      );
    this.name = name;
    this.#cache = cache;
    this.#prefix = `${name}:`;
    this.#plain = { tags: [this.#tag] };
  }

  getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T> {
    return this.#cache.getOrSet(this.#prefix + key, load, this.#within(options));
  }

  get<T = unknown>(
    key: string,
    options?: { readonly maxAgeMs?: number },
  ): Promise<CachedResult<T> | undefined> {
    return this.#cache.get<T>(this.#prefix + key, options);
  }

  getCachedResult<T = unknown>(queryHash: string, maxAge?: number): Promise<CachedResult<T> | undefined> {
    return this.#cache.getCachedResult<T>(this.#prefix + queryHash, maxAge);
  }

  set<T>(key: string, value: T, options?: EntryOptions): Promise<InvalidationReceipt> {
    return this.#cache.set(this.#prefix + key, value, this.#within(options));
  }

  cacheResult<T>(queryHash: string, result: T, ttl?: number, tags: readonly string[] = []): Promise<void> {
    return this.#cache.cacheResult(this.#prefix + queryHash, result, ttl, [...tags, this.#tag]);
  }

  delete(key: string): Promise<InvalidationReceipt> {
    return this.#cache.delete(this.#prefix + key);
  }

  invalidateTags(tags: readonly string[]): Promise<InvalidationReceipt> {
    return this.#cache.invalidateTags(tags);
  }

  invalidatePrefix(prefix: string): Promise<InvalidationReceipt> {
    return this.#cache.invalidatePrefix(this.#prefix + prefix);
  }

  /** Invalidates what stands under this name, and nothing else. */
  clear(): Promise<InvalidationReceipt> {
    return this.#cache.invalidateTags([this.#tag]);
  }

  /** Those of the whole cache. */
  getStatistics(): CacheStatistics {
    return this.#cache.getStatistics();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  get #tag(): string {
    return `namespace:${this.name}`;
  }

  #within(options: EntryOptions | undefined): EntryOptions {
    if (options === undefined) return this.#plain;
    return { ...options, tags: [...(options.tags ?? []), this.#tag] };
  }
}
