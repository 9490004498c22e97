import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.ts';
import { postgresRecipe, postgresUrl } from './postgres.ts';
import { MissingServerError, missingServerLine, type ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { startServer } from './server-process.ts';

const facts: ServerFacts = {
  title: 'Postgres with HypoPG',
  variable: 'POSTGRES_HYPOPG_URL',
  debianPackage: 'postgresql-15-hypopg',
};

/**
 * Starts an empty Postgres of Debian's (database and user `postgres`, no password, loopback only, no fsync) in which
 * `CREATE EXTENSION` knows hypopg and pg_stat_statements, or hands out `POSTGRES_HYPOPG_URL`. Throws
 * `MissingServerError` when the package is not there and may not be installed.
 */
export async function startPostgresHypopg({ env = process.env }: StartOptions = {}): Promise<Server> {
  const given = env['POSTGRES_HYPOPG_URL'];
  if (given !== undefined && given !== '') return givenServer(given);
  let home = homeWithHypopg();
  if (home === undefined && canAptInstall({ env }) && (await aptInstall(facts.debianPackage)))
    home = homeWithHypopg();
  if (home === undefined) throw new MissingServerError(missingServerLine(facts));
  const installation = { home, isReachable: true };
  const server = await startServer((place) =>
    postgresRecipe(installation, place, ['-c', 'shared_preload_libraries=pg_stat_statements']),
  );
  return { ...server, url: postgresUrl(server.port) };
}

/** The newest installation of Debian's whose extensions include HypoPG. */
function homeWithHypopg(): string | undefined {
  return globSync('/usr/lib/postgresql/*')
    .toSorted()
    .toReversed()
    .find(
      (home) =>
        existsSync(join('/usr/share/postgresql', basename(home), 'extension/hypopg.control')) &&
        existsSync(join(home, 'bin/postgres')),
    );
}
