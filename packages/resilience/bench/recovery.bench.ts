// A dependency is dead for 30 s: first it takes connections and never answers, then it refuses them. Does work pile up, and how soon after
// its return is every call answered again? 200 calls a second over TCP, each through a deadline of 250 ms, a breaker and a pool, all with
// default options but the pool's profile.
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PerfError } from '@perf/contracts';
import { CircuitBreaker, Deadlines, Pool, poolProfiles } from '@perf/resilience';
import type { Figure } from '@perf/testkit/measure';
import { portOf } from './port-of.ts';

const GAP_MS = 5;
const CALL_MS = 250;
/** Calls that must be answered one after the other for the dependency to count as back: half a second of them. */
const ALL_WELL = 100;

/** A dependency that can die, and its connections. */
class Dependency {
  isSilent = false;
  readonly #sockets = new Set<Socket>();
  #server: Server = this.#make();
  #port = 0;

  async start(): Promise<void> {
    this.#server = this.#make();
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = portOf(this.#server);
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async open(signal: AbortSignal): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay();
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket.on('error', () => undefined);
  }

  #make(): Server {
    return createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
      socket.on('data', (bytes) => this.isSilent || socket.write(bytes));
    });
  }
}

export async function recovery(quick: boolean): Promise<readonly Figure[]> {
  const deadMs = quick ? 4000 : 30_000;
  const dependency = new Dependency();
  await dependency.start();
  const deadlines = new Deadlines();
  const breaker = new CircuitBreaker();
  const pool = new Pool({
    ...poolProfiles.service.database,
    open: (signal) => dependency.open(signal),
    close: (socket) => void socket.destroy(),
    isValid: (socket) => socket.readyState === 'open',
  });
  let [well, lastFailure, underWay, peak] = [0, 0, 0, 0];
  const call = async (): Promise<void> => {
    const began = performance.now();
    peak = Math.max(peak, (underWay += 1));
    try {
      await deadlines.run(CALL_MS, ({ signal }) =>
        breaker.run(() => pool.use((socket) => ask(socket, signal), { signal })),
      );
      well += 1;
    } catch {
      // What a failed call says does not matter here; when it began does.
      well = 0;
      lastFailure = Math.max(lastFailure, began);
    }
    underWay -= 1;
  };
  const timer = setInterval(() => void call(), GAP_MS);
  try {
    await until(() => well >= ALL_WELL);
    dependency.isSilent = true;
    await delay(deadMs / 2);
    const peakAtFirst = peak;
    peak = 0;
    dependency.stop();
    await delay(deadMs / 2);
    const peakLater = peak;
    if (well > 0 || peakLater > peakAtFirst || peakLater > CALL_MS / GAP_MS)
      throw new PerfError('ERR_PERF_RUN_INVALID', `${peakAtFirst}, then ${peakLater} calls under way`);
    dependency.isSilent = false;
    await dependency.start();
    const back = performance.now();
    await until(() => well >= ALL_WELL);
    const note = `dead ${deadMs / 1000} s, 200 calls/s, at most ${peakAtFirst} calls under way when it died and ${peakLater} while it was dead${quick ? ', quick' : ''}`;
    const value = Math.max(0, lastFailure + GAP_MS - back) / 1000;
    return [{ id: 'resilience.recovery-s', value, unit: 's', n: 1, note }];
  } finally {
    clearInterval(timer);
    await until(() => underWay === 0);
    await pool[Symbol.asyncDispose]();
    dependency.stop();
  }
}

async function ask(socket: Socket, signal: AbortSignal): Promise<void> {
  const answer = once(socket, 'data', { signal });
  socket.write('x');
  await answer;
}

async function until(isSo: () => boolean): Promise<void> {
  const started = performance.now();
  while (!isSo()) {
    if (performance.now() - started > 20_000)
      throw new PerfError('ERR_PERF_RUN_INVALID', 'the dependency is not answered for 20 s');
    await delay(GAP_MS);
  }
}
