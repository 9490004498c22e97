import { describeWith } from '@perf/services/vitest';
import { cacheStoreSuite } from '@perf/testkit';
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { openCluster, openers, storeOver } from './clients.ts';

describeWith('redis', 'RedisStore on one server', (url) => {
  describe.each(Object.entries(openers))('over %s', (_, open) => {
    let client: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      client = await open(url);
    });
    afterAll(() => client.disconnect());

    cacheStoreSuite({ create: () => storeOver(client), ttlStepMs: 1 });
  });
});

describeWith('redisCluster', 'RedisStore on a Cluster', (urls) => {
  let client: Cluster;
  beforeAll(async () => {
    client = await openCluster(urls);
  });
  afterAll(() => client.disconnect());

  cacheStoreSuite({ create: () => storeOver(client), ttlStepMs: 1 });
});
