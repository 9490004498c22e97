import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { bullJobQueue, redisJobStore } from '@perf/export-jobs';
import { describeWith } from '@perf/services/vitest';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import type { JobAdapters } from './job-house.ts';

/** A client that workers can use, ready. */
export async function openRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await once(redis, 'ready');
  return redis;
}

/** The same of the next major version. */
export async function openRedis6(url: string): Promise<Redis6> {
  const redis = new Redis6(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await once(redis, 'ready');
  return redis;
}

/** The same for a Cluster; `urls` has commas between. */
export async function openCluster(urls: string): Promise<Cluster> {
  const cluster = new Cluster(urls.split(','), { slotsRefreshTimeout: 15_000 });
  cluster.on('error', () => undefined);
  await once(cluster, 'ready');
  return cluster;
}

/** A prefix that nobody else uses. */
export function ownPrefix(): string {
  return `test-${randomUUID()}`;
}

/** Queue and store over a client, which is closed with them. */
export function adaptersOver(client: Redis | Redis6 | Cluster, prefix: string = ownPrefix()): JobAdapters {
  const queue = bullJobQueue({ connection: client, prefix, lockMs: 1000, stalledMs: 500 });
  return {
    queue,
    store: redisJobStore(client, { prefix }),
    [Symbol.asyncDispose]: async () => {
      await queue[Symbol.asyncDispose]();
      client.disconnect();
    },
  };
}

/** Declares the same tests over one server and over a Cluster. */
export function onBoth(title: string, body: (open: () => Promise<Redis | Cluster>) => void): void {
  describeWith('redis', `${title} over one server`, (url) => body(() => openRedis(url)));
  describeWith('redisCluster', `${title} over a Cluster`, (urls) => body(() => openCluster(urls)));
}
