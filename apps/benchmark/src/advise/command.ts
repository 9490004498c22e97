import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { QueryEngine, WorkloadStatement } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { IndexAdvice } from '@perf/optimizer';
import { adviseIndexes } from '@perf/optimizer';
import { ENGINE_URLS, openEngineAt } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import { readText } from '../explain/read-text.ts';
import { databaseFacts } from '../stats/database-facts.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { adviceText } from './advice-text.ts';
import { byteSize } from './byte-size.ts';
import { engineCost } from './engine-cost.ts';
import { readWorkload } from './read-workload.ts';

const HELP = `perf-bench advise --url URL [--workload FILE] [--budget SIZE] [--max-seconds N] [--json FILE]

Finds the indexes that a workload gains most by for their bytes, and those that do nothing. Nothing is made or dropped: it prints what to run.
On Postgres with the extension hypopg and on SQLite the engine's own planner chooses among the indexes; elsewhere an estimate does.

  --url URL        a database: ${ENGINE_URLS}
  --workload FILE  what is asked of it: lines of JSON, { "sql": …, "calls": 20, "meanMs": 3.5, "writesPerS": 4 }, or SQL with ; between
                   statements and -- calls: 20 before one; - is stdin. Default: what the engine has a record of (pg_stat_statements)
  --budget SIZE    most bytes of all new indexes, as 150mb; default a quarter of the tables
  --max-seconds N  when to stop searching; default 5
  --json FILE      writes the advice as JSON, too

Example: perf-bench advise --url postgres://localhost/shop --workload questions.sql --budget 150mb

Exit code: 0 when it is done, also when no index pays, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after
Ctrl-C.
`;

/** What the arguments ask for. */
interface AdviseArguments {
  readonly url: string;
  readonly workload: string | undefined;
  readonly budgetBytes: number | undefined;
  readonly maxMs: number;
  readonly json: string | undefined;
}

/** Advises indexes. */
export async function adviseCommand(argv: readonly string[], { signal, write }: CommandUse): Promise<number> {
  const asked = readArguments(argv);
  if (asked === 'help') {
    write(HELP);
    return 0;
  }
  const given = asked.workload === undefined ? undefined : readWorkload(await readText(asked.workload));
  await using at = await openEngineAt(asked.url);
  const workload = given ?? (await recorded(at.engine, signal));
  const advice = await advise(at.engine, workload, asked, signal);
  const { json } = asked;
  if (json !== undefined)
    await wholeFile(json, (partial) => writeFile(partial, `${JSON.stringify(advice, undefined, 2)}\n`));
  write(adviceText(advice));
  return 0;
}

async function advise(
  engine: QueryEngine,
  workload: readonly WorkloadStatement[],
  { budgetBytes, maxMs }: AdviseArguments,
  signal: AbortSignal,
): Promise<IndexAdvice> {
  const progress = new ProgressLine();
  progress.show('statistics', 0);
  const facts = await databaseFacts(engine, { signal });
  progress.show('statistics', 1);
  const cost = engineCost(engine, facts);
  try {
    const advice = await adviseIndexes(workload, {
      ...facts,
      ...cost,
      ...(budgetBytes === undefined ? {} : { budgetBytes }),
      maxMs,
      signal,
      onProgress: ({ chosen, costCalls, share }) =>
        progress.show('indexes', Math.min(0.99, share), `${chosen} found, ${costCalls} plans`),
    });
    progress.show('indexes', 1, `${advice.indexes.length} found, ${advice.costCalls} plans`);
    return advice;
  } finally {
    progress.end();
  }
}

async function recorded(engine: QueryEngine, signal: AbortSignal): Promise<readonly WorkloadStatement[]> {
  const workload = (await engine.workload?.({ signal })) ?? [];
  if (workload.length > 0) return workload;
  throw new PerfError(
    'ERR_PERF_UNSUPPORTED',
    `${engine.name} has no record of what was asked of it; give a workload with --workload${engine.dialect === 'postgres' ? ', or switch pg_stat_statements on' : ''}`,
  );
}

function readArguments(argv: readonly string[]): AdviseArguments | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      url: text,
      workload: text,
      budget: text,
      'max-seconds': text,
      json: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { url, workload, budget, json, 'max-seconds': seconds = '5' } = values;
  if (url === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', 'give a database with --url');
  if (json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  const maxMs = Number(seconds) * 1000;
  if (!(maxMs > 0 && maxMs <= 86_400_000))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--max-seconds must be above 0 and at most 86400, got ${seconds}`,
    );
  return {
    url,
    workload,
    budgetBytes: budget === undefined ? undefined : byteSize(budget, '--budget'),
    maxMs,
    json: json === undefined ? undefined : resolve(json),
  };
}
