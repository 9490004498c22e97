import { describe, inject } from 'vitest';
import type { ServerContext } from './provided-context.ts';
import type { ServerName } from './server.ts';

const setups: Readonly<Record<ServerName, string>> = {
  redis: 'redis',
  redisCluster: 'redis-cluster',
  postgres: 'postgres',
  postgresHypopg: 'postgres-hypopg',
  mariadb: 'mariadb',
};

/**
 * A suite that needs a real server, started by the project's global setup. Where the server is missing the
 * suite is skipped and its title says why.
 *
 * @example
 * describeWith('redis', 'RedisStore', (url) => {
 *   it('answers', async () => { await using client = connect(url); … });
 * });
 */
export function describeWith(server: ServerName, title: string, body: (url: string) => void): void {
  const url: ServerContext['redisUrl'] = inject(`${server}Url`);
  const reason = inject(`${server}Missing`);
  if (url === undefined && reason === undefined) {
    throw new Error(
      `add @perf/services/global-setup/${setups[server]} to globalSetup in this package's vitest.config.ts`,
    );
  }
  const declare = url === undefined ? describe.skip : describe;
  declare(url === undefined ? `${title} (${reason})` : title, () => {
    body(url ?? '');
  });
}
