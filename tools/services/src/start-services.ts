import { startMariadb } from './mariadb.ts';
import { startPostgres } from './postgres.ts';
import { startPostgresHypopg } from './postgres-hypopg.ts';
import { startRedis } from './redis.ts';
import { startRedisCluster } from './redis-cluster.ts';
import type { Server, ServerName, StartOptions } from './server.ts';

/** Running servers by name. Disposing stops those that were started here; twice is fine. */
export interface Services<Name extends ServerName = ServerName> extends AsyncDisposable {
  readonly urls: Readonly<Record<Name, string>>;
}

const starters: Readonly<Record<ServerName, (options: StartOptions) => Promise<Server>>> = {
  redis: startRedis,
  redisCluster: startRedisCluster,
  postgres: startPostgres,
  postgresHypopg: startPostgresHypopg,
  mariadb: (options) => startMariadb(options),
};

/**
 * Starts the named servers side by side. When one cannot start, the others are stopped and its error is thrown.
 *
 * @example
 * await using services = await startServices(['redis', 'postgres']);
 * const redis = new Redis(services.urls.redis);
 */
export async function startServices<Name extends ServerName>(
  names: readonly Name[],
  options: StartOptions = {},
): Promise<Services<Name>> {
  const starts = await Promise.allSettled(names.map((name) => starters[name](options)));
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  };
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const urls = Object.fromEntries(names.map((name, i) => [name, servers[i]?.url])) as Record<Name, string>;
  return { urls, [Symbol.asyncDispose]: stop };
}
