import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary, pathFolders } from './find-binary.ts';
import { MissingServerError } from './required.ts';
import type { Server, StartOptions } from './server.ts';
import { startServer } from './server-process.ts';

/** What `startPrometheus` takes. */
export interface PrometheusOptions extends StartOptions {
  /** The text of its configuration file. */
  readonly configuration: string;
  /** Further files by name, which the configuration names as they are called here: rules, for example. @default none */
  readonly files?: Readonly<Record<string, string>>;
}

/** The two programs of an installation. */
export interface PrometheusPrograms {
  readonly server: string;
  /** Checks rules and the text of scrapes. */
  readonly promtool: string;
}

/**
 * Starts an empty Prometheus on loopback with the given configuration; an existing server is never used, because it has another.
 * Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startPrometheus({
  env = process.env,
  configuration,
  files = {},
}: PrometheusOptions): Promise<Server> {
  const { server: file } = await prometheusPrograms(env);
  const server = await startServer(({ port, folder }) => {
    for (const [name, text] of Object.entries({ ...files, 'prometheus.yml': configuration }))
      writeFileSync(join(folder, name), text);
    return {
      server: {
        file,
        args: [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
      },
      readyText: 'Server is ready to receive web requests',
      stopSignal: 'SIGTERM',
    };
  });
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Paths of Prometheus and promtool, installed first where that is allowed; else throws `MissingServerError`. */
export async function prometheusPrograms(env: NodeJS.ProcessEnv = process.env): Promise<PrometheusPrograms> {
  let found = installed(env);
  if (found === undefined && canAptInstall({ env }) && (await aptInstall('prometheus')))
    found = installed(env);
  if (found === undefined)
    throw new MissingServerError(
      'no Prometheus: install the Debian package prometheus, which brings promtool too',
    );
  return found;
}

function installed(env: NodeJS.ProcessEnv): PrometheusPrograms | undefined {
  const folders = pathFolders(env['PATH'] ?? '');
  const server = findBinary('prometheus', folders);
  const promtool = findBinary('promtool', folders);
  return server === undefined || promtool === undefined ? undefined : { server, promtool };
}
