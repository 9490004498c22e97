import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { KeeperOrder, KeeperReport } from './keeper-messages.ts';
import { serverOwner } from './server-owner.ts';
import { makeTempFolder, removeTempFolder, sweepTempFolders } from './temp-folder.ts';

/** How one server is started, given the port and the folder it shall use. */
export type ServerRecipe = (
  place: ServerPlace,
) => Pick<KeeperOrder, 'prepare' | 'server' | 'readyText' | 'stopSignal'>;

/** Bounds of one server. */
export interface ServerBounds {
  /** How long the server may take to stop before it is killed. @default 5000 */
  readonly stopMs?: number;
}

/** Where one server lives. */
export interface ServerPlace {
  readonly port: number;
  /** Empty, owned by the server's user, removed with the server. */
  readonly folder: string;
}

/** A running server. Disposing it, any number of times, resolves when process and folder are gone. */
export interface ServerProcess extends ServerPlace, AsyncDisposable {
  readonly pid: number;
}

const attempts = 3;
const startMs = 60_000;

/**
 * Starts a server on a free loopback port in a folder of its own and resolves when it accepts connections.
 * The server does not outlive this process, however that ends.
 */
export async function startServer(
  recipe: ServerRecipe,
  { stopMs = 5000 }: ServerBounds = {},
): Promise<ServerProcess> {
  sweepTempFolders();
  for (let attempt = 1; ; attempt++) {
    const place = { port: await freePort(), folder: makeTempFolder() };
    try {
      return await startAt(place, { ...recipe(place), ...serverOwner(), folder: place.folder, stopMs });
    } catch (error) {
      removeTempFolder(place.folder);
      // The port may have been taken meanwhile; every other failure is final.
      if (attempt === attempts || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function startAt(place: ServerPlace, order: KeeperOrder): Promise<ServerProcess> {
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), [JSON.stringify(order)], {
    detached: true,
    execArgv: [],
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => {
    keeper.once('exit', () => {
      resolve();
    });
  });
  const pid = await readyPid(keeper);
  keeper.unref();
  keeper.channel?.unref();
  return {
    ...place,
    pid,
    async [Symbol.asyncDispose]() {
      keeper.ref();
      if (keeper.connected) keeper.disconnect();
      await gone;
    },
  };
}

async function readyPid(keeper: ChildProcess): Promise<number> {
  const signal = AbortSignal.timeout(startMs);
  try {
    const [report] = (await Promise.race([
      once(keeper, 'message', { signal }),
      once(keeper, 'exit', { signal }).then(() => [{ state: 'failed', reason: 'its keeper died' }]),
    ])) as [KeeperReport];
    if (report.state === 'ready') return report.pid;
    throw new Error(`server did not start: ${report.reason}`);
  } catch (error) {
    if (keeper.connected) keeper.disconnect();
    throw error;
  }
}
