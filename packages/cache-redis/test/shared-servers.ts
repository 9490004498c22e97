import { describeWith } from '@perf/services/vitest';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { openCluster, openRedis } from './clients.ts';

/** Runs the same suite on one server and on a Cluster; `client` gives the open client. */
export function onBoth(title: string, body: (client: () => Redis | Cluster) => void): void {
  describeWith('redis', `${title} on one server`, (url) => body(opened(() => openRedis(url))));
  describeWith('redisCluster', `${title} on a Cluster`, (urls) => body(opened(() => openCluster(urls))));
}

function opened(open: () => Promise<Redis | Cluster>): () => Redis | Cluster {
  let client: Redis | Cluster | undefined;
  beforeAll(async () => {
    client = await open();
  });
  afterAll(() => client?.disconnect());
  return () => {
    if (client === undefined) throw new Error('the client is open only while tests run');
    return client;
  };
}
