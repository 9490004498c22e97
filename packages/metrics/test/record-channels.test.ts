import diagnostics from 'node:diagnostics_channel';
import { TieredCache } from '@perf/cache-core';
import { channels, type ChannelMessages } from '@perf/contracts';
import { Registry, createMetrics, recordChannels } from '@perf/metrics';
import { describe, expect, it } from 'vitest';
import { textOf } from './read-text.ts';

function publish<Name extends keyof typeof channels & keyof ChannelMessages>(
  name: Name,
  message: ChannelMessages[Name],
): void {
  diagnostics.channel(channels[name]).publish(message);
}

/** Samples after `act`, without comments, buckets and sums. */
async function counted(act: () => void | Promise<void>, slowQueryMs?: number): Promise<string[]> {
  const registry = new Registry();
  using _ = recordChannels(createMetrics(registry), slowQueryMs === undefined ? {} : { slowQueryMs });
  await act();
  const lines = (await textOf(registry)).split('\n');
  return lines.filter((line) => line !== '' && !/^#|_bucket\{|_sum\{/.test(line));
}

const request = { method: 'GET', endpoint: '/a', status: 200, durationMs: 12 };
const query = { engine: 'duckdb', queryKey: 'k', rows: 3, durationMs: 150, source: 'engine' } as const;

describe('recordChannels', () => {
  it('counts requests with their time, and their sizes when they are known', async () => {
    const lines = await counted(() => {
      publish('request', request);
      publish('request', { ...request, tier: 'pro', requestBytes: 10, responseBytes: 2000 });
    });

    expect(lines).toEqual([
      'http_requests_total{method="GET",endpoint="/a",status="200",tier="none"} 1',
      'http_requests_total{method="GET",endpoint="/a",status="200",tier="pro"} 1',
      'http_request_duration_seconds_count{method="GET",endpoint="/a"} 2',
      'http_request_size_bytes_count{method="GET",endpoint="/a"} 1',
      'http_response_size_bytes_count{method="GET",endpoint="/a"} 1',
    ]);
  });

  it('turns milliseconds to seconds', async () => {
    const registry = new Registry();
    using _ = recordChannels(createMetrics(registry));

    publish('request', { ...request, durationMs: 200 });

    const text = await textOf(registry);
    expect(text).toContain('http_request_duration_seconds_bucket{method="GET",endpoint="/a",le="0.1"} 0\n');
    expect(text).toContain('http_request_duration_seconds_bucket{method="GET",endpoint="/a",le="0.2"} 1\n');
  });

  it('tells timeouts and refusals of requests and of queries apart', async () => {
    const lines = await counted(() => {
      for (const status of [400, 422, 408, 504, 500]) publish('request', { ...request, status });
      publish('query', { ...query, error: 'ERR_PERF_UNKNOWN_FIELD' });
      publish('query', { ...query, error: 'ERR_PERF_LOAD_TIMEOUT' });
      publish('query', { ...query, error: 'unknown' });
    });

    expect(lines).toEqual(
      expect.arrayContaining([
        'timeout_errors_total{source="request"} 2',
        'timeout_errors_total{source="query"} 1',
        'validation_errors_total{source="request"} 2',
        'validation_errors_total{source="query"} 1',
        'db_queries_total{engine="duckdb"} 2',
      ]),
    );
  });

  it('counts queries of the engine, and the slow ones among them, not those of the cache', async () => {
    const lines = await counted(() => {
      publish('query', query);
      publish('query', { ...query, durationMs: 250 });
      publish('query', { ...query, source: 'cache' });
    });

    expect(lines).toEqual([
      'db_query_duration_seconds_count{engine="duckdb"} 2',
      'db_queries_total{engine="duckdb"} 2',
      'db_slow_queries_total{engine="duckdb"} 1',
    ]);
  });

  it('takes the limit of slow queries from its options', async () => {
    const lines = await counted(() => publish('query', query), 100);

    expect(lines).toContain('db_slow_queries_total{engine="duckdb"} 1');
  });

  it('counts what a real cache does, so that hits and misses are its reads', async () => {
    await using cache = new TieredCache({ name: 'answers', memory: { maxEntries: 2, policy: 'lru' } });

    const lines = await counted(async () => {
      for (const key of ['a', 'a', 'b', 'c', 'c']) await cache.getOrSet(key, () => key);
    });

    expect(lines).toEqual([
      'cache_hits_total{cache="answers",level="memory"} 2',
      'cache_misses_total{cache="answers"} 3',
      'cache_evictions_total{cache="answers"} 1',
    ]);
  });

  it('shows pools, with their most when it is told', async () => {
    const lines = await counted(() => {
      publish('pool', { pool: 'p', active: 3, idle: 1, waiting: 0, max: 10 });
      publish('pool', { pool: 'q', active: 1, idle: 0, waiting: 0 });
    });

    expect(lines).toEqual([
      'db_connections_active{pool="p"} 3',
      'db_connections_active{pool="q"} 1',
      'db_connections_max{pool="p"} 10',
    ]);
  });

  it('counts rewrites, exports and jobs', async () => {
    const done = { format: 'csv', rows: 10, bytes: 200, durationMs: 5 };

    const lines = await counted(() => {
      publish('rewrite', { queryKey: 'k', rule: 'early-limit', estimatedGain: 2 });
      publish('export', done);
      publish('export', { ...done, rows: 3, bytes: 50, error: 'ERR_PERF_SINK_FAILED' });
      for (const event of ['started', 'progress', 'progress', 'failed'] as const)
        publish('job', { job: 'j1', event });
    });

    expect(lines).toEqual([
      'query_rewrites_total{rule="early-limit"} 1',
      'exports_total{format="csv",outcome="whole"} 1',
      'exports_total{format="csv",outcome="failed"} 1',
      'export_rows_total{format="csv"} 13',
      'export_bytes_total{format="csv"} 250',
      'export_jobs_total{event="started"} 1',
      'export_jobs_total{event="failed"} 1',
    ]);
  });

  it('never throws into a publisher: a time that is no number counts without it', async () => {
    const lines = await counted(() => publish('request', { ...request, durationMs: Number.NaN }));

    expect(lines).toEqual([
      'http_requests_total{method="GET",endpoint="/a",status="200",tier="none"} 1',
      'http_request_duration_seconds_count{method="GET",endpoint="/a"} 0',
    ]);
  });

  it('hears nothing after it is disposed', async () => {
    const registry = new Registry();
    recordChannels(createMetrics(registry))[Symbol.dispose]();

    publish('request', request);

    expect(await textOf(registry)).toBe('');
  });
});
