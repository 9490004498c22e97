import type { CacheManager } from '@perf/contracts';
import type { PerfMetrics } from '../create-metrics.ts';
import type { Registry } from '../registry.ts';

/**
 * Shows how full a cache is at each reading: entries and bytes of its memory. Hits, misses and evictions come over the channels,
 * see `recordChannels`. Disposing ends it.
 * @param name the cache's name, as it publishes it
 */
export function watchCache(
  registry: Registry,
  metrics: PerfMetrics,
  name: string,
  cache: Pick<CacheManager, 'getStatistics'>,
): Disposable {
  return registry.onCollect(() => {
    const { tiers, memoryUsedBytes } = cache.getStatistics();
    const entries = tiers[0]?.entries;
    if (entries !== undefined) metrics.cacheEntries.with({ cache: name }).set(entries);
    metrics.cacheMemoryUsage.with({ cache: name }).set(memoryUsedBytes);
  });
}
