import { startRedisCluster } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { expect, it } from 'vitest';
import { openCluster, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';

describeWith('redisCluster', 'RedisStore on a Cluster that fails over', () => {
  it('tells that messages may be lost, is trusted anew, and works on', async () => {
    await using servers = await startRedisCluster({ env: { ...process.env, REDIS_CLUSTER_URLS: '' } });
    const cluster = await openCluster(servers.url);
    await using store = storeOver(cluster);
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();
    const seen = recorder.states.length;
    const keys = Array.from({ length: 30 }, (_key, i) => `key ${i}`);

    const [replica] = cluster.nodes('slave');
    await replica?.cluster('FAILOVER');
    // Reads alone: what is found out must not come from a write that failed.
    while (recorder.states.length === seen) await Promise.allSettled([store.getMany(keys)]);
    await recorder.trusted();
    await store.deleteMany(keys);
    const numbers = await store.bump(keys);

    expect(recorder.states.slice(seen)).toContain('trusted');
    expect(await store.generations(keys)).toEqual(numbers);
    cluster.disconnect();
  });
});
