/** The child of a soak: runs it with a collector that can be called, and tells its parent. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CacheStore } from '@perf/contracts';
import { hostAndPort } from '../scorecard/adapters/adapter.ts';
import { loadIoredis } from '../scorecard/adapters/ioredis.ts';
import type { FromSoak, SoakOrder } from './soak-messages.ts';
import { runSoak } from './soak-run.ts';

process.on('disconnect', () => process.exit());
process.on('message', (order: SoakOrder) => void run(order));

async function run({ ms, redisUrl, diskFolder }: SoakOrder): Promise<void> {
  try {
    const tiers = await Promise.all([
      ...(diskFolder === undefined ? [] : [diskTier(diskFolder)]),
      ...(redisUrl === undefined ? [] : [redisTier(redisUrl)]),
    ]);
    const report = await runSoak({ ms, tiers, collect, sampled: (done) => tell({ sampled: done }) });
    tell({ report });
  } catch (error) {
    tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function collect(): void {
  if (globalThis.gc === undefined) throw new Error('start this with --expose-gc');
  // The second finds what finalizers of the first let go.
  globalThis.gc();
  globalThis.gc();
}

async function redisTier(url: string): Promise<CacheStore> {
  const { RedisStore, redisOptions } = await import('@perf/cache-redis');
  const { Redis } = await loadIoredis();
  const place = { urls: [url], isCluster: false, prefix: '' } as const;
  const client = new Redis({ ...hostAndPort(place), ...redisOptions });
  client.on('error', () => undefined);
  while (client.status !== 'ready') await delay(10);
  return new RedisStore(client, { prefix: `soak:${process.pid}:` });
}

async function diskTier(folder: string): Promise<CacheStore> {
  const { DiskStore } = await import('@perf/cache-disk');
  return DiskStore.open(folder);
}

function tell(message: FromSoak): void {
  process.send?.(message);
}
