import type { CacheUnderTest } from '@perf/testkit/cache';
import type { NodePlace } from './adapter.ts';
import { keyvRedis } from './keyv-redis.ts';

interface Manager {
  wrap(key: string, load: () => Promise<unknown>): Promise<unknown>;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  del(key: string): Promise<boolean>;
  clear(): Promise<boolean>;
}

interface ManagerModule {
  readonly createCache: (options: object) => Manager;
}

interface Keyv {
  on(event: string, listener: () => void): unknown;
}

interface KeyvModule {
  readonly Keyv: new (options: object) => Keyv;
}

/** cache-manager with a memory and Redis, each a Keyv, as its manual shows it. It has neither tags nor a bus. */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const { createCache } = (await import(import.meta.resolve('cache-manager'))) as ManagerModule;
  const { Keyv } = (await import(import.meta.resolve('keyv-5'))) as KeyvModule;
  const stores = [new Keyv({ ttl: 3_600_000 }), new Keyv({ store: await keyvRedis(place), ttl: 3_600_000 })];
  for (const store of stores) store.on('error', () => undefined);
  const cache = createCache({ stores });
  return {
    getOrSet: (key, load) => cache.wrap(key, load),
    get: (key) => cache.get(key),
    set: async (key, value) => void (await cache.set(key, value)),
    delete: async (key) => void (await cache.del(key)),
    clear: async () => void (await cache.clear()),
  };
}
