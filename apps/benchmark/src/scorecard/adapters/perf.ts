import { TieredCache } from '@perf/cache-core';
import { RedisStore, clusterOptions, redisOptions } from '@perf/cache-redis';
import type { CacheUnderTest } from '@perf/testkit/cache';
import type { NodePlace } from './adapter.ts';
import { hostAndPort } from './adapter.ts';
import { loadIoredis } from './ioredis.ts';

/** Our cache with its default options over Redis, with the client options that the store asks for. */
export async function openCache(place: NodePlace): Promise<CacheUnderTest> {
  const { Redis, Cluster } = await loadIoredis();
  const client = place.isCluster
    ? new Cluster(
        place.urls.map((url) => hostAndPort({ ...place, urls: [url] })),
        clusterOptions,
      )
    : new Redis({ ...hostAndPort(place), ...redisOptions });
  // Told by every call that fails, and by the state of the bus.
  client.on('error', () => undefined);
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
  const cache = new TieredCache({ tiers: [new RedisStore(client, { prefix: place.prefix })] });
  return {
    getOrSet: async (key, load, { tags = [] } = {}) => cache.getOrSet(key, load, { tags }),
    get: async (key) => (await cache.getCachedResult(key))?.value,
    set: async (key, value, { tags = [] } = {}) => void (await cache.set(key, value, { tags })),
    delete: async (key) => void (await cache.delete(key)),
    invalidateTag: async (tag) => void (await cache.invalidateTags([tag])),
    clear: async () => void (await cache.clear()),
  };
}
