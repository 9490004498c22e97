import { TieredCache } from '@perf/cache-core';
import type { MachineSource } from '@perf/metrics';
import { Registry, createMetrics, watchCache, watchMachine, watchPool, watchRedis } from '@perf/metrics';
import { describeWith } from '@perf/services/vitest';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { textOf } from './read-text.ts';

async function linesOf(registry: Registry): Promise<string[]> {
  return (await textOf(registry)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** A machine of files, an hour in the middle of which a clock stands. */
function machine(files: Record<string, string>, clock = { now: 0 }): Partial<MachineSource> {
  return {
    read: async (path) => files[path],
    diskShare: async () => undefined,
    cores: 4,
    now: () => clock.now,
  };
}

const MEMINFO = 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\n';

describe('watchMachine', () => {
  it('shows processor time of the machine between two readings', async () => {
    const registry = new Registry();
    const clock = { now: 0 };
    const files = { '/proc/stat': 'cpu  100 0 50 9999 10 0 0 0 0 0\ncpu0 1 1 1\n' };
    watchMachine(registry, createMetrics(registry), machine(files, clock));

    const first = await linesOf(registry);
    clock.now = 10_000;
    files['/proc/stat'] = 'cpu  1100 0 1050 99999 10 0 0 0 0 0\n';

    expect(first).toEqual([]);
    // 20 s of processor time in 10 s on four cores.
    expect(await linesOf(registry)).toEqual(['cpu_usage_percent 50']);
  });

  it('measures against the limits of a container, control groups 2', async () => {
    const registry = new Registry();
    const clock = { now: 0 };
    const files = {
      '/sys/fs/cgroup/cpu.max': '50000 100000\n',
      '/sys/fs/cgroup/cpu.stat': 'usage_usec 1000000\nuser_usec 1\n',
      '/sys/fs/cgroup/memory.max': '409600\n',
      '/sys/fs/cgroup/memory.current': '307200\n',
      '/sys/fs/cgroup/memory.stat': 'anon 1\ninactive_file 102400\n',
      '/proc/stat': 'cpu  1 1 1 1\n',
      '/proc/meminfo': MEMINFO,
    };
    watchMachine(registry, createMetrics(registry), machine(files, clock));
    await linesOf(registry);
    clock.now = 1000;
    files['/sys/fs/cgroup/cpu.stat'] = 'usage_usec 1250000\n';

    // 0.25 s of the 0.5 s that it may use; 200 of 400 KiB, file pages that can be dropped not counted.
    expect(await linesOf(registry)).toEqual(['cpu_usage_percent 50', 'memory_usage_percent 50']);
  });

  it('measures against the limits of a container, control groups 1', async () => {
    const registry = new Registry();
    const clock = { now: 0 };
    const files = {
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpuacct/cpuacct.usage': '0\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '409600\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '204800\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 5\ntotal_inactive_file 0\n',
      '/proc/meminfo': MEMINFO,
    };
    watchMachine(registry, createMetrics(registry), machine(files, clock));
    await linesOf(registry);
    clock.now = 1000;
    files['/sys/fs/cgroup/cpuacct/cpuacct.usage'] = '500000000\n';

    const lines = await linesOf(registry);

    expect(lines[0]).toBe('cpu_usage_percent 25');
    expect(Number(lines[1]?.split(' ')[1])).toBeCloseTo(50, 2);
  });

  it('takes the memory of the machine where the limit is above it', async () => {
    const registry = new Registry();
    const files = {
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
      '/proc/meminfo': MEMINFO,
    };
    watchMachine(registry, createMetrics(registry), machine(files));

    expect(await linesOf(registry)).toEqual(['memory_usage_percent 75']);
  });

  it('adds up all interfaces but loopback', async () => {
    const registry = new Registry();
    const files = {
      '/proc/net/dev':
        'Inter-|   Receive | Transmit\n face |bytes packets\n    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 100 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n  eth1:50 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0\n',
    };
    watchMachine(registry, createMetrics(registry), machine(files));

    expect(await linesOf(registry)).toEqual([
      'network_io_bytes_total{direction="in"} 150',
      'network_io_bytes_total{direction="out"} 10',
    ]);
  });

  it('leaves out everything where nothing can be read', async () => {
    const registry = new Registry();
    watchMachine(registry, createMetrics(registry), machine({}));

    expect(await linesOf(registry)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'finds its sources on this machine, each within 0 and 100',
    async () => {
      const registry = new Registry();
      watchMachine(registry, createMetrics(registry));

      const percents = (await linesOf(registry)).filter((line) => line.includes('_percent'));

      expect(percents.map((line) => line.split(' ')[0])).toEqual([
        'memory_usage_percent',
        'disk_usage_percent',
      ]);
      for (const line of percents) {
        expect(Number(line.split(' ')[1])).toBeGreaterThan(0);
        expect(Number(line.split(' ')[1])).toBeLessThanOrEqual(100);
      }
    },
  );
});

describe('watchCache and watchPool', () => {
  it('show how full they are at each reading', async () => {
    await using cache = new TieredCache({ memory: { maxEntries: 10 } });
    const registry = new Registry();
    const metrics = createMetrics(registry);
    watchCache(registry, metrics, 'answers', cache);
    watchPool(registry, metrics, 'facts', () => ({ active: 2, max: 4 }));
    await cache.getOrSet('a', () => 'value');
    await cache.getOrSet('b', () => 'value');

    const lines = await linesOf(registry);

    expect(lines).toEqual(
      expect.arrayContaining([
        'cache_entries{cache="answers"} 2',
        'db_connections_active{pool="facts"} 2',
        'db_connections_max{pool="facts"} 4',
      ]),
    );
    expect(lines.find((line) => line.startsWith('cache_memory_usage_bytes'))).toMatch(/ [1-9]\d*$/);
  });
});

describeWith('redis', 'watchRedis', (url) => {
  it('shows what a real Redis says, and no old gauges when it is gone', async () => {
    const redis = new Redis(url, { retryStrategy: null });
    redis.on('error', () => undefined);
    const registry = new Registry();
    watchRedis(registry, createMetrics(registry), 'main', redis);
    await redis.set('a', '1');
    await redis.get('a');
    await redis.get('b');

    const lines = await linesOf(registry);
    redis.disconnect();
    const afterwards = await linesOf(registry);

    const names = (all: string[]): string[] => all.map((line) => line.split('{')[0] ?? '');
    expect(names(lines)).toEqual([
      'redis_memory_usage_bytes',
      'redis_connected_clients',
      'redis_operations_total',
      'redis_keyspace_hits_total',
      'redis_keyspace_misses_total',
    ]);
    for (const line of lines) expect(Number(line.split(' ')[1])).toBeGreaterThan(0);
    expect(names(afterwards)).toEqual(names(lines).slice(2));
  });

  it('shows no old gauges while Redis hangs', async () => {
    const redis = new Redis(url);
    const hanging = { isOn: false };
    const registry = new Registry();
    watchRedis(registry, createMetrics(registry), 'main', {
      info: () => (hanging.isOn ? new Promise(() => undefined) : redis.info()),
    });
    const before = await textOf(registry);

    hanging.isOn = true;
    const during = await textOf(registry);

    redis.disconnect();
    expect(before).toContain('redis_memory_usage_bytes{');
    expect(during).not.toContain('redis_memory_usage_bytes{');
    expect(during).toContain('redis_operations_total{');
  });
});
