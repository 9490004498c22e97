// A server whose requests take 10 ms of CPU each, as a process of its own. `/bare` runs them as they come, `/shed` behind a load shedder
// with default options, one at a time, since there is one CPU to have. Prints its port; ends with its parent's stdin.
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { isPerfError } from '@perf/contracts';
import { Limit, LoadShedder } from '@perf/resilience';
import { portOf } from './port-of.ts';

const WORK_MS = 10;

const rounds = calibrate();
const shedder = new LoadShedder(new Limit(1));

const server = createServer((request, response) => {
  void (request.url === '/shed' ? shed(response) : bare(response));
});
server.listen(0, '127.0.0.1', () => console.log(portOf(server)));
process.stdin.on('end', () => process.exit()).resume();

async function bare(response: ServerResponse): Promise<void> {
  await setImmediate();
  response.end(String(work(rounds)));
}

async function shed(response: ServerResponse): Promise<void> {
  try {
    const result = await shedder.run(async () => {
      // In a task of its own, so that arrivals are seen, and refused, between two pieces of work.
      await setImmediate();
      return work(rounds);
    });
    response.end(String(result));
  } catch (error) {
    const retryAfterMs = isPerfError(error, 'ERR_PERF_OVERLOADED') ? (error.retryAfterMs ?? 0) : 0;
    response.writeHead(503, { 'Retry-After': Math.ceil(retryAfterMs / 1000) }).end();
  }
}

/** Always the same work, however long the machine takes for it. */
function work(count: number): number {
  let value = 1;
  for (let i = 0; i < count; i++) value = Math.sqrt(value * 1.000_001 + i);
  return value;
}

/** Rounds of work that take `WORK_MS` on this machine when nobody disturbs. */
function calibrate(): number {
  const trial = 1_000_000;
  let leastMs = Infinity;
  for (let i = 0; i < 20; i++) {
    const started = performance.now();
    work(trial);
    leastMs = Math.min(leastMs, performance.now() - started);
  }
  return Math.round((trial * WORK_MS) / leastMs);
}
