import type { CacheUnderTest } from '@perf/testkit/cache';
import type { NodePlace } from './adapter.ts';
import { hostAndPort } from './adapter.ts';
import { loadIoredis } from './ioredis.ts';

interface Dedupe {
  define(name: string, options: object, load: (key: string) => Promise<unknown>): void;
  entry(key: string): Promise<unknown>;
  clear(name?: string, key?: string): Promise<void>;
  invalidateAll(tag: string): Promise<void>;
}

interface DedupeModule {
  readonly createCache: (options: object) => Dedupe;
}

/** async-cache-dedupe over Redis, with the client's defaults. It has no memory and no set; loads are given when it is made. */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const { createCache } = (await import(import.meta.resolve('async-cache-dedupe'))) as DedupeModule;
  const { Redis } = await loadIoredis();
  const client = new Redis(hostAndPort(place));
  client.on('error', () => undefined);
  const cache = createCache({
    ttl: 3600,
    storage: { type: 'redis', options: { client, invalidation: { referencesTTL: 3600 } } },
  });
  const calls = new Map<
    string,
    { readonly load: () => Promise<unknown>; readonly tags: readonly string[] }
  >();
  const references = (key: string): readonly string[] => calls.get(key)?.tags ?? [];
  cache.define('entry', { references }, async (key) => calls.get(key)?.load());
  return {
    getOrSet: (key, load, { tags = [] } = {}) => {
      calls.set(key, { load, tags });
      return cache.entry(key);
    },
    delete: (key) => cache.clear('entry', key),
    invalidateTag: (tag) => cache.invalidateAll(tag),
    clear: () => cache.clear(),
  };
}
