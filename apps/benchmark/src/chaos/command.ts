import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { Command, CommandUse } from '../terminal/command.ts';
import { chaosExport } from './chaos-export.ts';
import { CHAOS_FORMATS } from './chaos-formats.ts';
import { chaosJobs } from './chaos-jobs.ts';
import { JOB_FORMATS } from './jobs-house.ts';

const HELP = `perf-bench chaos export [--kills N] [--formats LIST] [--rows N] [--parallel N] [--seed N] [--json FILE]

Kills exports without a warning (kill -9) at random moments after their first checkpoint, resumes them, kills them again, and
compares every finished file byte for byte with that of an export which nobody disturbed.

  --kills N        processes to kill for each format; default 100
  --formats LIST   of ${Object.keys(CHAOS_FORMATS).join(', ')}; default all
  --rows N         rows of 10 columns in each file; default 300000
  --parallel N     formats tried at a time; default 2
  --seed N         seed of the moments, a whole number; default 1
  --json FILE      write figures and reports as JSON

perf-bench chaos jobs [--jobs N] [--workers N] [--parallel N] [--seconds-between-kills N] [--rows N] [--rows-per-second N] [--json FILE]

Runs export jobs (${JOB_FORMATS.join(', ')}) by worker processes over a Redis of its own, kills one worker
after another, and Redis once, and compares every file as above. Needs redis-server, bullmq and ioredis.

  --jobs N                   default 20
  --workers N                worker processes; one that was killed is replaced at once; default 3
  --parallel N               jobs at a time of each worker; default 2
  --seconds-between-kills N  default 5
  --rows N                   rows of 10 columns in each file; default 300000
  --rows-per-second N        how fast the rows of one job come; default 30000
  --json FILE                write figures and what became of every job as JSON

Exit code: 0 when all is as it should be, 1 when a file differs, a job is not completed, or is completed twice, or something failed
(the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

const WHAT = new Map<string, Command>([
  ['export', exportChaos],
  ['jobs', jobsChaos],
]);
const TEXT = { type: 'string' } as const;

/** Tries what is left when processes die. */
export async function chaosCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    use.write(HELP);
    return 0;
  }
  const [what = '', ...rest] = argv;
  const run = WHAT.get(what);
  if (run === undefined)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `say what is killed: ${[...WHAT.keys()].join(' or ')}`);
  return run(rest, use);
}

async function exportChaos(argv: readonly string[], use: CommandUse): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { kills: TEXT, formats: TEXT, rows: TEXT, parallel: TEXT, seed: TEXT, json: TEXT },
  });
  return chaosExport(
    {
      formats: formatsIn(values.formats),
      kills: wholeNumber('kills', values.kills ?? '100', 1),
      rows: wholeNumber('rows', values.rows ?? '300000', 1),
      parallel: wholeNumber('parallel', values.parallel ?? '2', 1),
      seed: wholeNumber('seed', values.seed ?? '1', 0),
      json: fileIn(values.json),
    },
    use,
  );
}

async function jobsChaos(argv: readonly string[], use: CommandUse): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      jobs: TEXT,
      workers: TEXT,
      parallel: TEXT,
      'seconds-between-kills': TEXT,
      rows: TEXT,
      'rows-per-second': TEXT,
      json: TEXT,
    },
  });
  const number = (name: keyof typeof values, standard: number): number =>
    wholeNumber(name, values[name] ?? String(standard), 1);
  return chaosJobs(
    {
      jobs: number('jobs', 20),
      workers: number('workers', 3),
      parallel: number('parallel', 2),
      secondsBetweenKills: number('seconds-between-kills', 5),
      rows: number('rows', 300_000),
      rowsPerSecond: number('rows-per-second', 30_000),
      json: fileIn(values.json),
    },
    use,
  );
}

function fileIn(json: string | undefined): string | undefined {
  if (json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  return json === undefined ? undefined : resolve(json);
}

function formatsIn(list: string | undefined): readonly string[] {
  const known = Object.keys(CHAOS_FORMATS);
  if (list === undefined) return known;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `--formats must name ${known.join(', ')}, got ${JSON.stringify(unknown)}`,
  );
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `--${name} must be a whole number of at least ${least}, got ${text}`,
  );
}
