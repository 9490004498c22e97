import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError, throwIfAborted } from '@perf/contracts';
import { writeFigures } from '@perf/testkit/measure';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import type { TraceCell } from './cells.ts';
import { traceFigures, traceTable } from './cells.ts';
import { readTrace, traceFiles } from './read-trace.ts';
import type { TracePolicy } from './replay.ts';
import { TRACE_POLICIES, replay } from './replay.ts';
import type { CacheSize } from './sizes.ts';
import { parseSizes } from './sizes.ts';
import { checkSynthetic, isSynthetic, syntheticTrace } from './synthetic.ts';
import type { Trace } from './trace.ts';

const HELP = `perf-bench trace PATH… [--sizes LIST] [--policy LIST|all] [--seed N] [--json FILE]

Replays cache traces through the memory tier and prints how many requests hit, in percent, for each trace, size and policy. A
request that finds nothing puts its key in.

  PATH            a trace: one key per line, in order of the requests, plain or gzip; a folder: its .txt, .trace and .keys
                  files, plain or .gz; or synthetic:zipf, synthetic:scan, synthetic:loop, synthetic:shift
  --sizes LIST    entries of the cache: numbers, or shares of the trace's keys (at least 16); default 1%,5%,10%,25%
  --policy LIST   lru, sieve, s3-fifo, w-tinylfu, adaptive, lirs (a reference to compare with), or all; default adaptive
  --seed N        seed of the hash of keys, a whole number; default 1
  --json FILE     write the figures and all cells as JSON

The worst regret of a policy is how many points it is under the best of the others where it is worst.
Exit code: 0 when all was replayed, 1 when something failed (the message begins with a code), 2 for wrong arguments, 130 after
Ctrl-C, 141 when the reader of stdout went away.
`;

/** What the arguments ask for. */
interface TraceArguments {
  readonly paths: readonly string[];
  readonly sizes: readonly CacheSize[];
  readonly policies: readonly TracePolicy[];
  readonly seed: number;
  readonly json: string | undefined;
}

/** Replays traces. */
export async function traceCommand(argv: readonly string[], { signal, write }: CommandUse): Promise<number> {
  const asked = readArguments(argv);
  if (asked === 'help') {
    write(HELP);
    return 0;
  }
  const progress = new ProgressLine();
  try {
    const cells = await replayAll(asked, signal, progress);
    const { policies, json } = asked;
    if (json !== undefined)
      await wholeFile(json, (partial) => writeFigures(partial, traceFigures(cells, policies), { cells }));
    progress.end();
    write(traceTable(cells, policies));
    return 0;
  } finally {
    progress.end();
  }
}

async function replayAll(
  { paths, sizes, policies, seed }: TraceArguments,
  signal: AbortSignal,
  progress: ProgressLine,
): Promise<TraceCell[]> {
  const files = await traceFiles(paths.filter((path) => !isSynthetic(path)));
  const sources = [
    ...files.map((file) => () => readTrace(file, signal)),
    ...paths.filter(isSynthetic).map((path) => (): Trace => syntheticTrace(path)),
  ];
  const cells: TraceCell[] = [];
  let done = 0;
  for (const open of sources) {
    throwIfAborted(signal, 'the replay');
    const trace = await open();
    for (const size of sizes) {
      const entries = size.entriesFor(trace.keys.length);
      const hits: Partial<Record<TracePolicy, number>> = {};
      for (const policy of policies) {
        hits[policy] = await replay(trace, { policy, entries, seed, signal });
        done++;
        progress.show('replaying', done / (sources.length * sizes.length * policies.length), trace.name);
      }
      cells.push({
        trace: trace.name,
        requests: trace.requests.length,
        keys: trace.keys.length,
        size: size.text,
        entries,
        hits,
      });
    }
  }
  return cells;
}

function readArguments(argv: readonly string[]): TraceArguments | 'help' {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      sizes: text,
      policy: text,
      seed: text,
      json: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  if (positionals.length === 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give a trace: a file, a folder or synthetic:zipf');
  if (values.json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  const seed = Number(values.seed ?? 1);
  if (values.seed === '' || !Number.isSafeInteger(seed))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--seed must be a whole number, got ${values.seed ?? ''}`);
  // A name that does not exist is told before the first trace is read.
  for (const path of positionals.filter(isSynthetic)) checkSynthetic(path);
  return {
    paths: positionals,
    sizes: parseSizes(values.sizes ?? '1%,5%,10%,25%'),
    policies: parsePolicies(values.policy ?? 'adaptive'),
    seed,
    json: values.json === undefined ? undefined : resolve(values.json),
  };
}

function parsePolicies(text: string): readonly TracePolicy[] {
  if (text === 'all') return TRACE_POLICIES;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isPolicy(name));
  if (unknown !== undefined)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--policy must name ${TRACE_POLICIES.join(', ')} or all, got ${JSON.stringify(unknown)}`,
    );
  return TRACE_POLICIES.filter((policy) => names.includes(policy));
}

function isPolicy(name: string): name is TracePolicy {
  return TRACE_POLICIES.some((policy) => policy === name);
}
