import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { QueryEngine, QueryStatistics } from '@perf/contracts';
import { PerfError, checkQuery } from '@perf/contracts';
import type { OptimizedSql, SqlVerdict } from '@perf/optimizer';
import { createOptimizer, decideSql, optimizeSql } from '@perf/optimizer';
import { ENGINE_URLS, openEngineAt } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import { readText } from '../explain/read-text.ts';
import type { PairTrial } from '../optimizer/pair-trial.ts';
import { tryPair } from '../optimizer/pair-trial.ts';
import type { CommandUse } from '../terminal/command.ts';
import { textTable } from '../terminal/table.ts';

const HELP = `perf-bench optimize (--sql FILE | --query FILE) --url URL [--dialect NAME] [--run] [--json FILE]

Shows how a statement, or a structured query, would be written anew: every rewrite with its reason and the facts it rests on, what was
refused, and what the database says of it.

  --sql FILE      one SELECT or WITH statement; - reads it from stdin
  --query FILE    a structured query as JSON; - reads it from stdin
  --url URL       a database: ${ENGINE_URLS}
  --dialect NAME  must be that of the database, where it is given
  --plain-dates   vouches that all dates are of the years 1000 to 9999, none with a day or month of 0, and as text ISO 8601
  --run           runs both forms in turns and compares their answers; only for statements, which may take 5 s each
  --json FILE     writes everything as JSON

Exit code: 0 when it was told, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

/** What the arguments ask for. */
interface OptimizeArguments {
  readonly file: string;
  readonly isQuery: boolean;
  readonly url: string;
  readonly dialect: string | undefined;
  readonly run: boolean;
  readonly plainDates: boolean;
  readonly json: string | undefined;
}

/** Shows what the optimizer makes of a statement. */
export async function optimizeCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    use.write(HELP);
    return 0;
  }
  const { file, isQuery, url, dialect, run, plainDates, json } = readArguments(argv);
  const text = await readText(file);
  await using opened = await openEngineAt(url);
  const { engine } = opened;
  if (dialect !== undefined && dialect !== engine.dialect)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--dialect says ${dialect}, and the database speaks ${engine.dialect}`,
    );
  const told = isQuery
    ? await toldOfQuery(text, engine, use)
    : await toldOfSql(text, engine, { run, plainDates }, use);
  if (json !== undefined)
    await wholeFile(json, (partial) => writeFile(partial, `${JSON.stringify(told, undefined, 1)}\n`));
  return 0;
}

async function toldOfQuery(text: string, engine: QueryEngine, { write }: CommandUse): Promise<unknown> {
  const catalog = await engine.catalog();
  const optimizer = createOptimizer({ catalog, dialect: engine.dialect });
  const query = checkQuery(parsed(text), catalog);
  // What the query names is not known before it is checked.
  const plain = optimizer.compile(query);
  const statistics = await engine.statistics(
    [...catalog.tables.keys()].filter((name) => plain.text.includes(name)),
  );
  const optimized = optimizer.optimizeQuery(query, statistics);
  write(`${optimized.statement.text}\n\n`);
  write(
    rewritesTable(
      optimized.rewrites.map(({ rule, reason, estimatedGain }) => [
        rule,
        `${estimatedGain.toFixed(2)}×`,
        reason,
        '',
      ]),
    ),
  );
  return { original: plain.text, ...optimized };
}

async function toldOfSql(
  original: string,
  engine: QueryEngine,
  { run, plainDates }: Pick<OptimizeArguments, 'run' | 'plainDates'>,
  { write, signal }: CommandUse,
): Promise<unknown> {
  const catalog = await engine.catalog();
  const statistics = await statisticsFor(
    engine,
    [...catalog.tables.keys()].filter((name) => original.toLowerCase().includes(name.toLowerCase())),
    signal,
  );
  const optimized = optimizeSql(original, {
    dialect: engine.dialect,
    catalog,
    statistics,
    ...(plainDates ? { plainDates } : {}),
  });
  const verdict = await decideSql(optimized, { engine, signal });
  const trial =
    run && verdict.use === 'optimized' ? await tryPair(engine, original, verdict.text, signal) : undefined;
  write(sqlReport(optimized, verdict, trial));
  return { ...optimized, verdict, ...(trial === undefined ? {} : { trial }) };
}

function sqlReport(
  { rewrites, refused, unread, estimate, originalEstimate }: OptimizedSql,
  verdict: SqlVerdict,
  trial: PairTrial | undefined,
): string {
  const lines = [verdict.text.trim(), ''];
  if (unread !== undefined) lines.push(`left as it is: ${unread}`);
  if (rewrites.length > 0)
    lines.push(
      rewritesTable(
        rewrites.map(({ rule, estimatedGain, reason, facts }, i) => [
          i < verdict.rules.length ? rule : `(${rule})`,
          `${estimatedGain.toFixed(2)}×`,
          reason,
          facts.join('; '),
        ]),
      ).trimEnd(),
    );
  for (const { rule, reason } of refused) lines.push(`not applied: ${rule}, ${reason}`);
  if (estimate !== undefined && originalEstimate !== undefined)
    lines.push(
      `estimated cost ${originalEstimate.cost.toPrecision(4)} → ${estimate.cost.toPrecision(4)}${estimate.isDefault ? ', partly by defaults' : ''}`,
    );
  lines.push(`run the ${verdict.use} statement: ${verdict.reason}`);
  if (trial !== undefined)
    lines.push(
      `measured ${trial.timedOut ? 'more than ' : ''}${trial.baseMs.toFixed(2)} ms → ${trial.nextMs.toFixed(2)} ms in ${trial.pairs} pairs, with equal answers`,
    );
  return `${lines.join('\n')}\n`;
}

function rewritesTable(rows: readonly (readonly string[])[]): string {
  return rows.length === 0
    ? 'no rule applies\n'
    : `${textTable([['rule', 'gain', 'why', 'rests on'], ...rows.map((row) => [...row])])}\n`;
}

/** Views have none: they are unknown then. */
async function statisticsFor(
  engine: QueryEngine,
  tables: readonly string[],
  signal: AbortSignal,
): Promise<QueryStatistics> {
  const found = await Promise.all(
    tables.map(async (table) => engine.statistics([table], { signal }).catch(() => undefined)),
  );
  return { tables: new Map(found.flatMap((each) => (each === undefined ? [] : [...each.tables]))) };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_QUERY', 'the query is not JSON', { cause });
  }
}

function readArguments(argv: readonly string[]): OptimizeArguments {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { sql: text, query: text, url: text, dialect: text, json: text, run: flag, 'plain-dates': flag },
  });
  const { sql, query, url, dialect, json, run = false, 'plain-dates': plainDates = false } = values;
  const file = sql ?? query;
  if (file === undefined || (sql !== undefined && query !== undefined))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give one of --sql and --query');
  if (url === undefined)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--url must name a database: ${ENGINE_URLS}`);
  return {
    file,
    isQuery: sql === undefined,
    url,
    dialect,
    run,
    plainDates,
    json: json === undefined ? undefined : resolve(json),
  };
}
