import type { CacheUnderTest } from '@perf/testkit/cache';
import { keyvRedis } from './keyv-redis.ts';
import type { NodePlace } from './adapter.ts';

interface Cacheable {
  on(event: string, listener: () => void): unknown;
  getOrSet(key: string, load: () => Promise<unknown>, options: object): Promise<unknown>;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, options: object): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  clear(): Promise<void>;
  readonly tags: { invalidateTag(tag: string): Promise<unknown> };
}

interface CacheableModule {
  readonly Cacheable: new (options: object) => Cacheable;
}

/** cacheable with its memory and Redis, as its manual shows it; it has no word between nodes unless a bus is added. */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const { Cacheable } = (await import(import.meta.resolve('cacheable'))) as CacheableModule;
  const cache = new Cacheable({ secondary: await keyvRedis(place), tags: true });
  cache.on('error', () => undefined);
  return {
    getOrSet: (key, load, call) => cache.getOrSet(key, load, { ttl: '1h', ...call }),
    get: (key) => cache.get(key),
    set: async (key, value, call) => void (await cache.set(key, value, { ttl: '1h', ...call })),
    delete: async (key) => void (await cache.delete(key)),
    invalidateTag: async (tag) => void (await cache.tags.invalidateTag(tag)),
    clear: () => cache.clear(),
  };
}
