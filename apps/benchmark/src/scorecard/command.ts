import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError, throwIfAborted } from '@perf/contracts';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import { brokenBounds } from './bounds.ts';
import type { PartName } from './cache-scorecard.ts';
import { PARTS, cacheScorecard } from './cache-scorecard.ts';
import type { PartReport } from './parts/part.ts';

const HELP = `perf-bench scorecard cache [--histories N | --long] [--only LIST] [--quick] [--seed N] [--redis URL] [--json FILE]

Puts the cache to the test over several processes and real Redis servers, which it starts itself:

  truth      scenarios: invalidations that overtake loads, seen on the same node and across nodes, with late and lost messages
  histories  random histories over 4 processes, judged read by read
  outage     Redis killed, paused, and failing over in a Cluster, for 10 s each
  stampede   4 processes × 1000 callers for one cold key, also with the loading process killed
  kit        copies of the cache that lack one protection each: all must be found (in the repository only)
  peers      five other caches: what they are known to fail must be found

  --histories N   how many histories; default 100,000 (--quick: 2,000)
  --long          1,000,000 histories
  --only LIST     some of these parts
  --quick         fewer rounds, shorter outages, two copies and one peer; proves little
  --seed N        draws the histories, a whole number; default 1
  --redis URL     a Redis for the histories, where nothing else is touched; default one of its own
  --json FILE     write the figures and all that was found as JSON

Exit code: 0 when every bound is kept, 1 otherwise, 2 for wrong arguments, 130 after Ctrl-C.
`;

/** What the arguments ask for. */
interface ScorecardArguments {
  readonly parts: readonly PartName[];
  readonly histories: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly redisUrl: string | undefined;
  readonly json: string | undefined;
}

/** Measures what the cache promises. */
export async function scorecardCommand(
  argv: readonly string[],
  { signal, write }: CommandUse,
): Promise<number> {
  const asked = readArguments(argv);
  if (asked === 'help') {
    write(HELP);
    return 0;
  }
  const progress = new ProgressLine();
  const { parts: names, json, ...use } = asked;
  try {
    const { parts, figures } = await cacheScorecard(names, { ...use, signal, progress }, (report) => {
      progress.end();
      write(partText(report));
    });
    if (json !== undefined) await wholeFile(json, (partial) => writeFigures(partial, figures, { parts }));
    const broken = [...brokenBounds(figures), ...parts.flatMap(({ faults }) => faults)];
    write('\n');
    printFigures(figures, write);
    write(
      broken.length === 0
        ? '\nall bounds are kept\n'
        : `\n${broken.map((text) => `BROKEN: ${text}\n`).join('')}`,
    );
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    throwIfAborted(signal, 'the scorecard');
    throw error;
  } finally {
    progress.end();
  }
}

function partText({ name, table, faults }: PartReport): string {
  const told = faults.map((fault) => `! ${fault}\n`).join('');
  return `\n${name}\n\n${textTable(table)}\n${told === '' ? '' : `\n${told}`}`;
}

function readArguments(argv: readonly string[]): ScorecardArguments | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      histories: text,
      long: flag,
      only: text,
      quick: flag,
      seed: text,
      redis: text,
      json: text,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'cache')
    throw invalid('say what the scorecard is of: cache');
  if (values.json === '') throw invalid('--json must name a file');
  const quick = values.quick ?? false;
  const usual = values.long === true ? 1_000_000 : quick ? 2000 : 100_000;
  return {
    parts: parseParts(values.only),
    histories: wholeNumber('--histories', values.histories ?? String(usual), 1),
    quick,
    seed: wholeNumber('--seed', values.seed ?? '1', 0),
    redisUrl: values.redis,
    json: values.json === undefined ? undefined : resolve(values.json),
  };
}

function parseParts(text: string | undefined): readonly PartName[] {
  if (text === undefined) return PARTS;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw invalid(`--only must name ${PARTS.join(', ')}, got ${JSON.stringify(unknown)}`);
  return PARTS.filter((part) => names.includes(part));
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value) || value < least)
    throw invalid(`${option} must be a whole number of at least ${least}, got ${text}`);
  return value;
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
