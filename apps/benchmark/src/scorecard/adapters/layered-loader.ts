import type { CacheUnderTest } from '@perf/testkit/cache';
import type { NodePlace } from './adapter.ts';
import { hostAndPort } from './adapter.ts';
import { loadIoredis } from './ioredis.ts';

interface Loader {
  init(): Promise<void>;
  get(key: string): Promise<unknown>;
  invalidateCacheFor(key: string): Promise<void>;
  invalidateCache(): Promise<void>;
}

interface LoaderModule {
  readonly Loader: new (options: object) => Loader;
  readonly RedisCache: new (client: unknown, options: object) => unknown;
  readonly createNotificationPair: (options: object) => {
    readonly publisher: unknown;
    readonly consumer: unknown;
  };
}

const TTL_MS = 3_600_000;

/** layered-loader with memory, Redis and its bus, and the client's defaults. It has neither tags nor set; loads are given when it is made. */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const module = (await import(import.meta.resolve('layered-loader'))) as LoaderModule;
  const { Redis } = await loadIoredis();
  const clients = Array.from({ length: 3 }, () => new Redis(hostAndPort(place)));
  for (const client of clients) client.on('error', () => undefined);
  const [client, publisherRedis, consumerRedis] = clients;
  const { publisher, consumer } = module.createNotificationPair({
    channel: `${place.prefix}bus`,
    publisherRedis,
    consumerRedis,
  });
  const loads = new Map<string, () => Promise<unknown>>();
  const cache = new module.Loader({
    inMemoryCache: { ttlInMsecs: TTL_MS },
    asyncCache: new module.RedisCache(client, { prefix: place.prefix, json: true, ttlInMsecs: TTL_MS }),
    notificationPublisher: publisher,
    notificationConsumer: consumer,
    dataSourceGetOneFn: async (key: string) => loads.get(key)?.(),
  });
  await cache.init();
  return {
    getOrSet: (key, load) => {
      loads.set(key, load);
      return cache.get(key);
    },
    delete: (key) => cache.invalidateCacheFor(key),
    clear: () => cache.invalidateCache(),
  };
}
