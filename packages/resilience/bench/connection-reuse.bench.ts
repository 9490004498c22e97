// How often does a pool lend a connection that is open already? TCP connections to a server on this machine that echoes, 60 callers at
// once over the pool profile of a service's database; one call in 100 breaks its connection, and the server hangs up on one in 200.
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { PerfError } from '@perf/contracts';
import { Pool, poolProfiles } from '@perf/resilience';
import { seededRandom } from '@perf/testkit';
import type { Figure } from '@perf/testkit/measure';
import { portOf } from './port-of.ts';

const CALLERS = 60;

export async function connectionReuse(quick: boolean): Promise<readonly Figure[]> {
  const calls = quick ? 3000 : 30_000;
  const random = seededRandom(1);
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => (random.int(1, 200) === 1 ? socket.destroy() : socket.write(bytes)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const pool = new Pool({
    ...poolProfiles.service.database,
    open: () => open(portOf(server)),
    close: (socket) => void socket.destroy(),
    isValid: (socket) => socket.readyState === 'open',
  });
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const isBreaking = random.int(1, 100) === 1;
      await pool.use((socket) => ask(socket, isBreaking)).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const { acquisitions, opened, reuseShare } = pool.statistics;
  await pool[Symbol.asyncDispose]();
  server.close();
  if (acquisitions !== calls || accepted !== opened || opened <= (poolProfiles.service.database.max ?? 0))
    throw new PerfError('ERR_PERF_RUN_INVALID', `${acquisitions} of ${calls} calls, ${accepted} connections`);
  const note = `${calls} calls by ${CALLERS} callers, service.database, ${opened} connections opened${quick ? ', quick' : ''}`;
  return [{ id: 'resilience.connection-reuse', value: reuseShare, n: calls, note }];
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

async function ask(socket: Socket, isBreaking: boolean): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    socket.write('x');
    const events = [once(socket, 'data', { signal }), once(socket, 'close', { signal })];
    await Promise.race(events);
  } finally {
    over.abort();
  }
  if (isBreaking || socket.destroyed) throw new Error('planted: the connection broke');
}
