import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PerfError, throwIfAborted } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable, whole } from '../terminal/table.ts';
import { SAMPLES, slopeOf } from './slope.ts';
import type { FromSoak, SoakOrder } from './soak-messages.ts';
import type { SoakReport } from './soak-run.ts';

const HELP = `perf-bench soak cache [--minutes N] [--redis URL] [--disk FOLDER] [--json FILE]

Does everything that the cache can do, mixed, while its clock goes on by eight hours, and samples the heap ${SAMPLES} times after a
collection: it must not grow with the operations.

  --minutes N     how long; default 5, in which at least 5,000,000 operations must be done
  --redis URL     a Redis as a tier below the memory (then a tenth of the operations is enough)
  --disk FOLDER   a folder for a disk tier below the memory (then a tenth of the operations is enough)
  --json FILE     write the figure and all samples as JSON

Exit code: 0 when the heap grows by less than a byte per operation, 1 otherwise, 2 for wrong arguments, 130 after Ctrl-C.
`;

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './soak-worker.ts' : './soak-worker.js', import.meta.url),
);
const LEAST_PER_MINUTE = 1_000_000;
const MOST_BYTES = 1;

/** What the arguments ask for. */
interface SoakArguments extends SoakOrder {
  readonly json: string | undefined;
}

/** Looks for a leak in the cache. */
export async function soakCommand(argv: readonly string[], { signal, write }: CommandUse): Promise<number> {
  const asked = readArguments(argv);
  if (asked === 'help') {
    write(HELP);
    return 0;
  }
  const { json, ...order } = asked;
  const progress = new ProgressLine();
  try {
    const report = await soakInChild(order, signal, (done) => progress.show('soaking', done / SAMPLES));
    const below = [order.diskFolder && 'disk', order.redisUrl && 'Redis'].filter(
      (name) => name !== undefined,
    );
    const least = (LEAST_PER_MINUTE * order.ms) / 60_000 / (below.length > 0 ? 10 : 1);
    if (report.operations < least)
      throw new PerfError(
        'ERR_PERF_RUN_INVALID',
        `${report.operations} operations were done, ${least} are needed`,
      );
    const { slope, upper } = slopeOf(report.samples.map(({ operations: x, bytes: y }) => ({ x, y })));
    const figure: Figure = {
      id: 'soak.cache.bytes-per-op',
      value: upper,
      unit: 'B',
      n: SAMPLES,
      note: `upper end of the 95 % interval, slope ${slope.toPrecision(3)}; ${report.operations} operations in ${order.ms / 60_000} min, clock + ${report.clockHours.toFixed(1)} h, ${['memory', ...below].join(', ')}`,
    };
    if (json !== undefined) await wholeFile(json, (partial) => writeFigures(partial, [figure], { report }));
    progress.end();
    write(`${soakTable(report)}\n\n`);
    printFigures([figure], write);
    return upper <= MOST_BYTES ? 0 : 1;
  } finally {
    progress.end();
  }
}

function soakTable({ samples, operations, hits, evictions, tags }: SoakReport): string {
  return textTable([
    ['operations', 'heap after collection, MB'],
    ...samples.map((sample) => [whole(sample.operations), (sample.bytes / 1e6).toFixed(2)]),
    [
      `${whole(operations)} operations, ${whole(hits)} hits, ${whole(evictions)} evictions, ${whole(tags)} tags known at the end`,
    ],
  ]);
}

/** The report of a child with a collector that can be called. */
async function soakInChild(
  order: SoakOrder,
  signal: AbortSignal,
  sampled: (done: number) => void,
): Promise<SoakReport> {
  const child = fork(WORKER, [], {
    execArgv: [...process.execArgv, '--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let outcome: SoakReport | string = 'the child ended without a report';
  child.on('message', (message: FromSoak) => {
    if ('sampled' in message) return sampled(message.sampled);
    outcome = 'report' in message ? message.report : message.failed;
    child.disconnect();
  });
  const ended = once(child, 'exit');
  child.send(order);
  await ended;
  signal.removeEventListener('abort', stop);
  throwIfAborted(signal, 'the soak');
  return reportIn(outcome);
}

function reportIn(outcome: SoakReport | string): SoakReport {
  if (typeof outcome === 'string') throw new PerfError('ERR_PERF_RUN_INVALID', outcome);
  return outcome;
}

function readArguments(argv: readonly string[]): SoakArguments | 'help' {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { minutes: text, redis: text, disk: text, json: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'cache')
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'say what is soaked: cache');
  if (values.json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  const minutes = Number(values.minutes ?? 5);
  if (values.minutes === '' || !(minutes > 0 && minutes <= 1440))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--minutes must be above 0 and at most 1440, got ${values.minutes ?? ''}`,
    );
  return {
    ms: minutes * 60_000,
    redisUrl: values.redis,
    diskFolder: values.disk === undefined ? undefined : resolve(values.disk),
    json: values.json === undefined ? undefined : resolve(values.json),
  };
}
