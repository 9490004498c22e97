import type { CacheUnderTest } from '@perf/testkit/cache';
import type { NodePlace } from './adapter.ts';
import { hostAndPort } from './adapter.ts';

interface Bento {
  getOrSet(options: {
    key: string;
    factory: () => Promise<unknown>;
    tags?: readonly string[];
  }): Promise<unknown>;
  get(options: { key: string }): Promise<unknown>;
  set(options: { key: string; value: unknown; tags?: readonly string[] }): Promise<boolean>;
  delete(options: { key: string }): Promise<boolean>;
  deleteByTag(options: { tags: readonly string[] }): Promise<boolean>;
  clear(): Promise<void>;
}

interface Layers {
  useL1Layer(driver: unknown): Layers;
  useL2Layer(driver: unknown): Layers;
  useBus(driver: unknown): Layers;
}

interface BentoModule {
  readonly BentoCache: new (options: object) => Bento;
  readonly bentostore: () => Layers;
}

interface RedisModule {
  readonly redisDriver: (options: object) => unknown;
  readonly redisBusDriver: (options: object) => unknown;
}

interface MemoryModule {
  readonly memoryDriver: (options: object) => unknown;
}

/**
 * bentocache with memory, Redis and bus, and the client's defaults. Its declarations import the types of every database it knows, which
 * are not installed, so it is loaded by its address, which the compiler does not follow.
 */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const { BentoCache, bentostore } = (await import(import.meta.resolve('bentocache'))) as BentoModule;
  const redis = (await import(import.meta.resolve('bentocache/drivers/redis'))) as RedisModule;
  const memory = (await import(import.meta.resolve('bentocache/drivers/memory'))) as MemoryModule;
  const connection = hostAndPort(place);
  const node = bentostore()
    .useL1Layer(memory.memoryDriver({ maxItems: 100_000 }))
    .useL2Layer(redis.redisDriver({ connection }))
    .useBus(redis.redisBusDriver({ connection }));
  const cache = new BentoCache({ default: 'node', ttl: '1h', prefix: place.prefix, stores: { node } });
  return {
    getOrSet: (key, factory, call) => cache.getOrSet({ key, factory, ...call }),
    get: (key) => cache.get({ key }),
    set: async (key, value, call) => void (await cache.set({ key, value, ...call })),
    delete: async (key) => void (await cache.delete({ key })),
    invalidateTag: async (tag) => void (await cache.deleteByTag({ tags: [tag] })),
    clear: () => cache.clear(),
  };
}
