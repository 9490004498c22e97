import { describe, expect, it } from 'vitest';
import { MissingServerError, startRedisCluster } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { redisCommand } from '../src/redis-command.ts';

function portsOf(urls: string): number[] {
  return urls.split(',').map((url) => Number(new URL(url).port));
}

describeWith('redisCluster', 'a suite with Redis Cluster', (urls) => {
  it('has three masters with all slots, and a replica of each', async () => {
    const [port = 0, ...others] = portsOf(urls);

    const nodes = await redisCommand(port, 'CLUSTER', 'NODES');

    expect(others).toHaveLength(5);
    expect(nodes.match(/ (myself,)?master .* connected \d+-\d+/g)).toHaveLength(3);
    expect(nodes.match(/ (myself,)?slave .* connected/g)).toHaveLength(3);
    expect(await redisCommand(port, 'CLUSTER', 'INFO')).toContain('cluster_slots_ok:16384');
  });

  it("says where a key lives that is another node's", async () => {
    const answers = await Promise.allSettled(
      portsOf(urls).map((port) => redisCommand(port, 'SET', 'key', 'value')),
    );

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('startRedisCluster', () => {
  it('hands out REDIS_CLUSTER_URLS', async () => {
    const urls = 'redis://one.example:7000,redis://two.example:7000';

    await using cluster = await startRedisCluster({ env: { REDIS_CLUSTER_URLS: urls } });

    expect(cluster.url).toBe(urls);
  });

  it('says what is missing where there is no binary', async () => {
    const starting = startRedisCluster({ env: { PATH: '', PERF_APT: '0' } });

    await expect(starting).rejects.toThrow(MissingServerError);
    await expect(starting).rejects.toThrow('no Redis Cluster: set REDIS_CLUSTER_URLS');
  });
});
