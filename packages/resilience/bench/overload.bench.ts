// Offered five times what it can do, how much does a server still do in time? A server of 10 ms CPU a request in a process of its own,
// open arrivals (exponential gaps) over HTTP, times counted from when a request was due. Unloaded: one request after the other. Capacity:
// the highest rate, in steps of 5 % of what the CPU could do, at which the bare server answers 99 % within ten times the unloaded time.
// Then five times that rate through the load shedder: requests answered a second ÷ capacity, and how long the answered ones took.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PerfError } from '@perf/contracts';
import { seededRandom } from '@perf/testkit';
import type { Figure } from '@perf/testkit/measure';
import { median, quantile } from '@perf/testkit/measure';

/** What came of one stretch of arrivals. */
interface Stretch {
  /** Times of the answered requests, in ms. */
  readonly ms: readonly number[];
  readonly refused: number;
  /** Answered requests a second. */
  readonly goodput: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4000 });
const random = seededRandom(1);

export async function overload(quick: boolean): Promise<readonly Figure[]> {
  const seconds = quick ? 3 : 10;
  const server = spawn(
    process.execPath,
    ['--conditions=@perf/source', fileURLToPath(new URL('overload-server.ts', import.meta.url))],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const base = await baseOf(server);
    const unloaded = await oneByOne(`${base}/bare`, quick ? 100 : 300);
    const limitMs = 10 * median(unloaded);
    const fullRate = 1000 / median(unloaded);
    const capacity = await capacityOf(`${base}/bare`, fullRate, limitMs, seconds);
    const over = await arrivals(`${base}/shed`, 5 * capacity.goodput, seconds);
    const atCapacityMs = quantile(capacity.ms, 0.99);
    const overMs = quantile(over.ms, 0.99);
    const note =
      `unloaded ${(limitMs / 10).toFixed(1)} ms, capacity ${capacity.goodput.toFixed(0)}/s with p99 ${atCapacityMs.toFixed(0)} ms, ` +
      `then 5× for ${seconds} s: ${over.goodput.toFixed(0)}/s with p99 ${overMs.toFixed(0)} ms, ${over.refused} refused${quick ? ', quick' : ''}`;
    return [
      { id: 'resilience.overload-goodput', value: over.goodput / capacity.goodput, n: over.ms.length, note },
      { id: 'resilience.overload-p99', value: overMs / atCapacityMs, n: over.ms.length, note },
    ];
  } finally {
    server.stdin?.end();
    agent.destroy();
  }
}

async function baseOf(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new PerfError('ERR_PERF_RUN_INVALID', 'the server says nothing');
  const said = await once(server.stdout, 'data');
  return `http://127.0.0.1:${String(said[0]).trim()}`;
}

async function oneByOne(url: string, count: number): Promise<readonly number[]> {
  const ms: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await answered(url);
    ms.push(performance.now() - started);
  }
  return ms;
}

async function capacityOf(url: string, fullRate: number, limitMs: number, seconds: number): Promise<Stretch> {
  for (let share = 1; share >= 0.3; share -= 0.05) {
    const stretch = await arrivals(url, fullRate * share, seconds);
    if (quantile(stretch.ms, 0.99) <= limitMs) return stretch;
  }
  throw new PerfError('ERR_PERF_RUN_INVALID', 'the machine is too busy: no rate is answered in time');
}

/** Sends requests at `rate` a second whether or not earlier ones were answered, and waits for all answers. */
async function arrivals(url: string, rate: number, seconds: number): Promise<Stretch> {
  const ms: number[] = [];
  let refused = 0;
  const send = async (due: number): Promise<void> => {
    if (await answered(url)) ms.push(performance.now() - due);
    else refused += 1;
  };
  const started = performance.now();
  const sent: Promise<void>[] = [];
  for (
    let due = started;
    due < started + seconds * 1000;
    due += (-Math.log(1 - random.next()) * 1000) / rate
  ) {
    const early = due - performance.now();
    if (early > 0) await delay(early);
    sent.push(send(due));
  }
  await Promise.all(sent);
  return { ms, refused, goodput: (ms.length * 1000) / (performance.now() - started) };
}

/** Whether a request was answered; false when it was refused. */
async function answered(url: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  get(url, { agent }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode === 200));
  }).once('error', reject);
  return promise;
}
