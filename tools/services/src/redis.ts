import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary, pathFolders } from './find-binary.ts';
import { MissingServerError, missingServerLine, type ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { startServer } from './server-process.ts';

const facts: ServerFacts = { title: 'Redis', variable: 'REDIS_URL', debianPackage: 'redis-server' };

/**
 * Starts an empty Redis that keeps nothing on disk, or hands out `REDIS_URL`.
 * Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startRedis({ env = process.env }: StartOptions = {}): Promise<Server> {
  const given = env['REDIS_URL'];
  if (given !== undefined && given !== '') return givenServer(given);
  const file = await redisBinary(env);
  const server = await startServer(({ port, folder }) => ({
    server: {
      file,
      args: [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'no',
      ],
    },
    readyText: 'Ready to accept connections',
    stopSignal: 'SIGTERM',
  }));
  return { ...server, url: `redis://127.0.0.1:${server.port}` };
}

async function redisBinary(env: NodeJS.ProcessEnv): Promise<string> {
  const find = (): string | undefined => findBinary('redis-server', pathFolders(env['PATH'] ?? ''));
  let file = find();
  if (file === undefined && canAptInstall({ env }) && (await aptInstall(facts.debianPackage))) file = find();
  if (file === undefined) throw new MissingServerError(missingServerLine(facts));
  return file;
}
