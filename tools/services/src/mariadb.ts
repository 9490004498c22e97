import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary, pathFolders } from './find-binary.ts';
import { MissingServerError, missingServerLine, type ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { serverOwner } from './server-owner.ts';
import { startServer, type ServerPlace } from './server-process.ts';

const facts: ServerFacts = { title: 'MariaDB', variable: 'MYSQL_URL', debianPackage: 'mariadb-server' };

/** What `startMariadb` takes. */
export interface MariadbOptions extends StartOptions {
  /** More arguments of the server, as in `--performance-schema=ON`; an existing server does not get them. @default none */
  readonly serverArguments?: readonly string[];
}

/** The two programs of an installation that are run. */
interface Programs {
  readonly install: string;
  readonly server: string;
}

/**
 * Starts an empty MariaDB (database `perf`, user `perf` with every right and no password, loopback only, utf8mb4,
 * no binary log, a buffer pool of 512 MiB), or hands out `MYSQL_URL`. A crash of the machine may cost the last second.
 * Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startMariadb({
  env = process.env,
  serverArguments = [],
}: MariadbOptions = {}): Promise<Server> {
  const given = env['MYSQL_URL'];
  if (given !== undefined && given !== '') return givenServer(given);
  const { install, server: file } = await programs(env);
  const server = await startServer((place) => {
    const data = join(place.folder, 'data');
    return {
      prepare: {
        file: install,
        args: [
          '--no-defaults',
          `--datadir=${data}`,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
        ],
      },
      server: { file, args: [...mariadbArguments(place, data), ...serverArguments] },
      readyText: 'ready for connections',
      stopSignal: 'SIGTERM',
    };
  });
  return { ...server, url: `mysql://perf@127.0.0.1:${server.port}/perf` };
}

function mariadbArguments({ port, folder }: ServerPlace, data: string): string[] {
  return [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${join(folder, 'mariadb.sock')}`,
    `--pid-file=${join(folder, 'mariadb.pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_general_ci',
    '--innodb-buffer-pool-size=512M',
    '--innodb-log-file-size=96M',
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-fast-shutdown=1',
    '--innodb-buffer-pool-dump-at-shutdown=OFF',
    '--key-buffer-size=8M',
    '--aria-pagecache-buffer-size=16M',
    '--max-connections=60',
    `--init-file=${initFile(folder)}`,
  ];
}

/** Run by the server before it takes connections, each time that it starts. */
function initFile(folder: string): string {
  const file = join(folder, 'init.sql');
  const statements = [
    'CREATE DATABASE IF NOT EXISTS perf CHARACTER SET utf8mb4;',
    "CREATE USER IF NOT EXISTS perf@'127.0.0.1';",
    "GRANT ALL PRIVILEGES ON *.* TO perf@'127.0.0.1' WITH GRANT OPTION;",
    '',
  ];
  writeFileSync(file, statements.join('\n'));
  const owner = serverOwner();
  if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  return file;
}

async function programs(env: NodeJS.ProcessEnv): Promise<Programs> {
  let found = installed(env);
  if (found === undefined && canAptInstall({ env }) && (await aptInstall(facts.debianPackage)))
    found = installed(env);
  if (found === undefined) throw new MissingServerError(missingServerLine(facts));
  return found;
}

/** Debian keeps the server in a folder that not every user has on PATH. */
function installed(env: NodeJS.ProcessEnv): Programs | undefined {
  const folders = [...pathFolders(env['PATH'] ?? ''), '/usr/sbin', '/usr/bin'];
  const install = findBinary('mariadb-install-db', folders);
  const server = findBinary('mariadbd', folders);
  return install === undefined || server === undefined ? undefined : { install, server };
}
