import { freePort } from './free-port.ts';
import type { KeeperOrder } from './keeper-messages.ts';
import { KeeperProcess } from './keeper-process.ts';
import { serverOwner } from './server-owner.ts';
import { makeTempFolder, removeTempFolder, sweepTempFolders } from './temp-folder.ts';

/** What is run. */
export type ServerOrder = Pick<KeeperOrder, 'prepare' | 'server' | 'readyText' | 'stopSignal'>;

/** How one server is started, given the port and the folder it shall use. */
export type ServerRecipe = (place: ServerPlace) => ServerOrder | Promise<ServerOrder>;

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

/** A signal that makes an outage, or ends one: SIGSTOP and SIGCONT pause a server and let it go on, the others end it. */
export type OutageSignal = 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT';

/** A server that can be killed and started again. Disposing ends it in any state, paused too. */
export interface RestartableProcess extends ServerPlace, AsyncDisposable {
  /** Process id; undefined after it was killed. */
  readonly pid: number | undefined;
  /** Sends a signal. Resolves when the process has ended, or at once for a pause; does nothing when it has ended already. */
  kill(signal: OutageSignal): Promise<void>;
  /** Starts it on the same port and files, killing it before when it runs; resolves when it accepts connections. */
  restart(): Promise<void>;
}

const attempts = 3;

/**
 * Starts a server on a free loopback port in a folder of its own and resolves when it accepts connections.
 * The server does not outlive this process, however that ends.
 */
export async function startServer(recipe: ServerRecipe, bounds: ServerBounds = {}): Promise<ServerProcess> {
  const { place, keeper, pid } = await launched(recipe, bounds, false);
  return { ...place, pid, [Symbol.asyncDispose]: () => keeper.letGo() };
}

/** Starts a server as `startServer` does, one that can be killed and started again on the same port and files. */
export async function startRestartable(
  recipe: ServerRecipe,
  bounds: ServerBounds = {},
): Promise<RestartableProcess> {
  const { place, keeper } = await launched(recipe, bounds, true);
  const kill = async (signal: OutageSignal): Promise<void> => {
    if (keeper.pid === undefined) return;
    process.kill(keeper.pid, signal);
    if (!isPause(signal)) await keeper.ended();
  };
  return {
    ...place,
    get pid() {
      return keeper.pid;
    },
    kill,
    async restart() {
      await kill('SIGKILL');
      await keeper.start();
    },
    [Symbol.asyncDispose]: () => keeper.letGo(),
  };
}

function isPause(signal: OutageSignal): boolean {
  return signal === 'SIGSTOP' || signal === 'SIGCONT';
}

async function launched(
  recipe: ServerRecipe,
  { stopMs = 5000 }: ServerBounds,
  restartable: boolean,
): Promise<{ place: ServerPlace; keeper: KeeperProcess; pid: number }> {
  sweepTempFolders();
  for (let attempt = 1; ; attempt++) {
    const place = { port: await freePort(), folder: makeTempFolder() };
    try {
      const order = { ...(await recipe(place)), ...serverOwner(), folder: place.folder, stopMs, restartable };
      return { place, ...(await readyKeeper(order)) };
    } catch (error) {
      removeTempFolder(place.folder);
      // The port may have been taken meanwhile; every other failure is final.
      if (attempt === attempts || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function readyKeeper(order: KeeperOrder): Promise<{ keeper: KeeperProcess; pid: number }> {
  const keeper = new KeeperProcess(order);
  try {
    return { keeper, pid: await keeper.ready() };
  } catch (error) {
    await keeper.letGo();
    throw error;
  }
}
