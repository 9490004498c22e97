import type {
  OutageRedis,
  startMariadb,
  startOutageRedis,
  startPostgresHypopg,
  startRedis,
  startRedisCluster,
} from '@perf/services';
import { PerfError } from '@perf/contracts';
import { loadIoredis } from './adapters/ioredis.ts';
import { missingPackage } from '../data/missing-package.ts';

/** What starts servers. */
interface Services {
  readonly startRedis: typeof startRedis;
  readonly startOutageRedis: typeof startOutageRedis;
  readonly startRedisCluster: typeof startRedisCluster;
  readonly startPostgresHypopg: typeof startPostgresHypopg;
  readonly startMariadb: typeof startMariadb;
}

/** A Redis of this run alone, whatever the environment says: it may be emptied. */
export async function startOwnRedis(): Promise<{ readonly url: string } & AsyncDisposable> {
  return started(({ startRedis: start }) => start({ env: { ...process.env, REDIS_URL: '' } }));
}

/** A Redis of this run alone that can be killed, paused and restarted. */
export async function startMortalRedis(): Promise<OutageRedis> {
  return started(({ startOutageRedis: start }) => start());
}

/** A Redis Cluster of this run alone; its URL is a list with commas between. */
export async function startOwnCluster(): Promise<{ readonly url: string } & AsyncDisposable> {
  return started(({ startRedisCluster: start }) =>
    start({ env: { ...process.env, REDIS_CLUSTER_URLS: '' } }),
  );
}

/** A Postgres of this run alone, in which HypoPG can be created. */
export async function startOwnPostgres(): Promise<{ readonly url: string } & AsyncDisposable> {
  return started(({ startPostgresHypopg: start }) =>
    start({ env: { ...process.env, POSTGRES_HYPOPG_URL: '' } }),
  );
}

/** A MariaDB of this run alone. */
export async function startOwnMariadb(): Promise<{ readonly url: string } & AsyncDisposable> {
  return started(({ startMariadb: start }) => start({ env: { ...process.env, MYSQL_URL: '' } }));
}

/** Throws `ERR_PERF_MISSING_PACKAGE` without `@perf/services`, which is no dependency of the published app, and `ERR_PERF_OPEN_FAILED`. */
async function started<T>(start: (services: Services) => Promise<T>): Promise<T> {
  let services: Services;
  try {
    services = await import('@perf/services');
  } catch (cause) {
    throw missingPackage('@perf/services', cause);
  }
  try {
    return await start(services);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PerfError('ERR_PERF_OPEN_FAILED', `a server did not start: ${reason}`, { cause });
  }
}

/** The answer to one command, over a connection of its own. Rejects after `ms`. */
export async function askRedis(
  url: string,
  words: readonly [string, ...string[]],
  ms = 1000,
): Promise<unknown> {
  const { Redis } = await loadIoredis();
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ms,
    commandTimeout: ms,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [command, ...rest] = words;
    return await client.call(command, ...rest);
  } finally {
    client.disconnect();
  }
}

/** Asks until the answer is as wanted; rejects with `ERR_PERF_RUN_INVALID` after `ms`. */
export async function untilAnswer(
  wanted: () => Promise<boolean>,
  { what, ms, signal }: { readonly what: string; readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await wanted().catch(() => false))) {
    signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new PerfError('ERR_PERF_RUN_INVALID', `${what} did not come within ${ms} ms`);
    // A server tells nobody that it is back: it is asked again and again.
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}
