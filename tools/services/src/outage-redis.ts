import { redisArguments, redisBinary } from './redis-binary.ts';
import { redisFacts } from './redis.ts';
import type { StartOptions } from './server.ts';
import { startRestartable, type RestartableProcess } from './server-process.ts';

/** A Redis for outages: `kill` and `restart` it; every write it acknowledged is on disk and there after the restart. */
export interface OutageRedis extends RestartableProcess {
  readonly url: string;
}

/**
 * Starts an empty Redis with its append-only file on and synced at every write. It is always one of its own, whatever
 * `REDIS_URL` says. Throws `MissingServerError` when there is no binary and none may be installed.
 *
 * @example
 * await using redis = await startOutageRedis();
 * await redis.kill('SIGKILL');
 * await redis.restart();
 */
export async function startOutageRedis({ env = process.env }: StartOptions = {}): Promise<OutageRedis> {
  const file = await redisBinary(env, redisFacts);
  const server = await startRestartable((place) => ({
    server: { file, args: redisArguments(place, true) },
    readyText: 'Ready to accept connections',
    stopSignal: 'SIGTERM',
  }));
  const { port, folder } = server;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    get pid() {
      return server.pid;
    },
    kill: (signal) => server.kill(signal),
    restart: () => server.restart(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
