import { clusterOptions, redisOptions, RedisStore } from '@perf/cache-redis';
import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { describe, expect, it } from 'vitest';

const bySentinel = { sentinels: [{ host: '127.0.0.1' }], name: 'main' };

/** What a store says of a client with these options. */
function warningsFor(options: RedisOptions): string[] {
  return warningsOf(new Redis({ lazyConnect: true, ...options }));
}

function clusterWarnings(options: ClusterOptions): string[] {
  return warningsOf(new Cluster([], { lazyConnect: true, ...options }));
}

function warningsOf(client: ConstructorParameters<typeof RedisStore>[0]): string[] {
  const warnings: string[] = [];
  void new RedisStore(client, { onWarning: (text) => warnings.push(text) });
  return warnings;
}

describe('the options of a client', () => {
  it('are good as recommended', () => {
    expect(warningsFor(redisOptions)).toEqual([]);
    expect(warningsFor({ ...redisOptions, ...bySentinel })).toEqual([]);
    expect(clusterWarnings(clusterOptions)).toEqual([]);
    expect(warningsOf(new Redis6({ lazyConnect: true, ...redisOptions }))).toEqual([]);
  });

  it.each([
    [{ enableOfflineQueue: true }, 'enableOfflineQueue is true'],
    [{ commandTimeout: 30_000 }, 'commandTimeout is 30000'],
    [{ maxRetriesPerRequest: null }, 'maxRetriesPerRequest is null'],
    [{ retryStrategy: (times: number) => times * 1000 }, 'retryStrategy gives 20000 ms at the 20th try'],
    [{ retryStrategy: null }, 'retryStrategy is null'],
    [{ retryStrategy: () => null }, 'retryStrategy gives null ms'],
    [{ ...bySentinel, sentinelCommandTimeout: 30_000 }, 'sentinelCommandTimeout is 30000'],
    [{ ...bySentinel, sentinelRetryStrategy: () => null }, 'sentinelRetryStrategy gives null ms'],
  ])('are named when they make an outage long: %o', (worse, text) => {
    const warnings = warningsFor({ ...redisOptions, ...worse });

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(text);
  });

  it('are all named in one warning, those of a Cluster too', () => {
    const [defaults = ''] = warningsFor({});
    const [cluster = ''] = clusterWarnings({ scaleReads: 'slave' });

    for (const name of ['enableOfflineQueue', 'commandTimeout', 'maxRetriesPerRequest', 'retryStrategy'])
      expect(defaults).toContain(name);
    for (const name of [
      'enableOfflineQueue',
      'commandTimeout',
      'scaleReads is slave',
      'spread clusterOptions',
    ])
      expect(cluster).toContain(name);
  });

  it('are warned of by the process unless told otherwise', async () => {
    const warned = new Promise<Error>((resolve) => void process.once('warning', resolve));

    void new RedisStore(new Redis({ lazyConnect: true }));

    expect(await warned).toMatchObject({ code: 'PERF_REDIS_OPTIONS' });
  });

  it('must have no keyPrefix, which SCAN does not see', () => {
    const refused: unknown = expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' });

    expect(() => warningsFor({ ...redisOptions, keyPrefix: 'app:' })).toThrow(refused);
    expect(() => clusterWarnings({ ...clusterOptions, keyPrefix: 'app:' })).toThrow(refused);
  });
});

describe('the prefix of a store', () => {
  it.each(['{tag}', 'a{', '}', '\uD83D'])('must not be %o', (prefix) => {
    const client = new Redis({ lazyConnect: true, ...redisOptions });

    expect(() => new RedisStore(client, { prefix })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
