import { redisArguments, redisBinary } from './redis-binary.ts';
import type { ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { startServer } from './server-process.ts';

/** What a person needs to know to provide a Redis. */
export const redisFacts: ServerFacts = {
  title: 'Redis',
  variable: 'REDIS_URL',
  debianPackage: 'redis-server',
};

/**
 * Starts an empty Redis that keeps nothing on disk, or hands out `REDIS_URL`.
 * Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startRedis({ env = process.env }: StartOptions = {}): Promise<Server> {
  const given = env['REDIS_URL'];
  if (given !== undefined && given !== '') return givenServer(given);
  const file = await redisBinary(env, redisFacts);
  const server = await startServer((place) => ({
    server: { file, args: redisArguments(place, false) },
    readyText: 'Ready to accept connections',
    stopSignal: 'SIGTERM',
  }));
  return { ...server, url: `redis://127.0.0.1:${server.port}` };
}
