import { once } from 'node:events';
import diagnostics from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TieredCache } from '@perf/cache-core';
import { channels, isPerfError, type ChannelMessages } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import {
  Registry,
  createMetrics,
  metricsHandler,
  recordChannels,
  watchCache,
  watchMachine,
  watchPool,
  watchRedis,
  type PerfMetrics,
} from '@perf/metrics';
import { createOptimizer } from '@perf/optimizer';
import { createQueryService, type QueryService } from '@perf/query';
import { startPostgres, startRedis } from '@perf/services';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

/** A small API that runs for real, and its metrics. */
export interface LiveApp extends AsyncDisposable {
  /** Host and port, as Prometheus names a target. */
  readonly target: string;
  readonly registry: Registry;
  /** Sends a round of requests of every kind and waits for their answers. */
  load(): Promise<void>;
}

const requests = diagnostics.channel(channels.request);
const TIERS = ['basic', 'pro', 'enterprise'];
const COMPANIES = 120;

/**
 * Starts an HTTP server over a query service on a real Postgres, with a cache and a Redis beside it. All that its metrics show comes
 * from what happens in it: requests over HTTP, queries, hits and evictions, the servers' own numbers.
 */
export async function startLiveApp(): Promise<LiveApp> {
  const ends: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (let last = ends.pop(); last !== undefined; last = ends.pop()) await last();
  };
  const postgres = await startPostgres();
  ends.push(() => postgres[Symbol.asyncDispose]());
  const redisServer = await startRedis();
  ends.push(() => redisServer[Symbol.asyncDispose]());
  const redis = new Redis(redisServer.url);
  ends.push(() => redis.disconnect());
  const pool = new Pool({ connectionString: postgres.url, max: 4 });
  ends.push(() => pool.end());
  await pool.query(
    `DROP TABLE IF EXISTS perf_facts;
     CREATE TABLE perf_facts AS SELECT i AS id, i % ${COMPANIES} AS company, nullif(i % 10, 0) AS amount FROM generate_series(1, 5000) i`,
  );
  const engine = await PostgresEngine.open(pool);
  ends.push(() => engine[Symbol.asyncDispose]());
  const catalog = await engine.catalog();
  const optimizer = createOptimizer({ catalog, dialect: engine.dialect });
  const cache = new TieredCache({ name: 'answers', memory: { maxEntries: 40, policy: 'lru' } });
  ends.push(() => cache[Symbol.asyncDispose]());
  const service = createQueryService({ engine, optimizer, catalog, cache, source: 'facts' });

  const registry = new Registry({ onError: (error) => console.error(error) });
  const metrics = createMetrics(registry);
  const recording = recordChannels(metrics, { slowQueryMs: 2 });
  ends.push(() => recording[Symbol.dispose]());
  watchCache(registry, metrics, 'answers', cache);
  watchMachine(registry, metrics);
  watchPool(registry, metrics, 'facts', () => ({ active: pool.totalCount - pool.idleCount, max: 4 }));
  watchRedis(registry, metrics, 'main', redis);
  metrics.httpRequestDurationBaseline.with({ endpoint: '/v1/companies/{id}' }).set(0.4);

  const scrape = metricsHandler(registry);
  const server = createServer((request, response) => {
    if (request.url === '/metrics') void scrape(request, response);
    else void answer(request, response, { service, metrics, redis });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const target = `127.0.0.1:${port}`;
  let round = 0;
  return {
    target,
    registry,
    load: () => loadRound(`http://${target}`, round++),
    [Symbol.asyncDispose]: end,
  };
}

interface Parts {
  readonly service: QueryService;
  readonly metrics: PerfMetrics;
  readonly redis: Redis;
}

/** Answers a request and publishes it as any HTTP adapter would. */
async function answer(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const started = performance.now();
  const path = new URL(request.url ?? '/', 'http://app').pathname;
  const endpoint = path.replace(/^\/v1\/companies\/\d+/, '/v1/companies/{id}');
  const requestBytes = (await Array.fromAsync(request as AsyncIterable<Buffer>)).reduce(
    (sum, chunk) => sum + chunk.length,
    0,
  );
  const tier = String(request.headers['x-tier']);
  const { status, body } = await answerOf(path, tier, parts).catch((error: unknown) => ({
    status: isPerfError(error, 'ERR_PERF_UNKNOWN_FIELD') ? 400 : 500,
    body: {},
  }));
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  const message: ChannelMessages['request'] = {
    method: request.method ?? 'GET',
    endpoint,
    status,
    durationMs: performance.now() - started,
    tier,
    requestBytes,
    responseBytes: Buffer.byteLength(text),
  };
  requests.publish(message);
}

async function answerOf(
  path: string,
  tier: string,
  { service, metrics, redis }: Parts,
): Promise<{ status: number; body: unknown }> {
  const users = await redis.hincrby('perf:users', tier, 1);
  metrics.activeUsers.with({ tier }).set(users);
  await redis.get('perf:nobody');
  if (path === '/v1/late') return { status: 504, body: {} };
  if (path === '/v1/broken') throw new Error('planted');
  if (path === '/v1/quality') {
    const [facts] = [
      ...(
        await service.query({
          from: 'perf_facts',
          select: [
            { aggregate: 'count', as: 'rows' },
            { aggregate: 'count', field: 'amount', as: 'complete' },
          ],
        })
      ).objects(),
    ];
    const ratio = Number(facts?.['complete']) / Number(facts?.['rows']);
    metrics.dataQuality.with({ dataset: 'facts', check: 'complete' }).set(ratio);
    return { status: 200, body: { ratio } };
  }
  const field = path === '/v1/unknown' ? 'nonsense' : 'company';
  const company = Number(/\d+$/.exec(path)?.[0] ?? 0);
  metrics.entitiesQueried.count(`company ${company}`);
  const rows = await service.query({ from: 'perf_facts', where: { field, operator: 'eq', value: company } });
  metrics.statementsGenerated.with({ kind: 'facts' }).add();
  return { status: 200, body: [...rows.objects()] };
}

async function loadRound(url: string, round: number): Promise<void> {
  const paths = ['/v1/late', '/v1/broken', '/v1/quality', '/v1/unknown'];
  for (let i = 0; i < 24; i++) {
    // Half of the questions are popular and hit the cache, the other half goes round and makes it evict.
    const company = i % 2 === 0 ? i % 6 : (round * 12 + i) % COMPANIES;
    paths.push(`/v1/companies/${company}`);
  }
  await Promise.all(
    paths.map(async (path, i) => {
      const tier = TIERS[i % TIERS.length] ?? '';
      const response = await fetch(`${url}${path}`, {
        method: path === '/v1/unknown' ? 'POST' : 'GET',
        headers: { 'x-tier': tier },
        ...(path === '/v1/unknown' ? { body: 'question' } : {}),
      });
      await response.arrayBuffer();
    }),
  );
}
