import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError, checkQuery } from '@perf/contracts';
import { createOptimizer, decideSql, optimizeSql } from '@perf/optimizer';
import { ENGINE_URLS } from '../data/engine-at.ts';
import { wholeFile } from '../data/whole-file.ts';
import { readText } from '../explain/read-text.ts';
import { tryPair } from '../optimizer/pair-trial.ts';
import type { CommandUse } from '../terminal/command.ts';
import type { FactsSource } from './facts-source.ts';
import { factsOfFile, factsOfUrl } from './facts-source.ts';
import { rewritesTable, sqlReport } from './report.ts';

const HELP = `perf-bench optimize (--sql FILE | --query FILE) (--url URL | --stats FILE) [--dialect NAME] [--run] [--json FILE]

Shows how a statement, or a structured query, would be written anew: every rewrite with its reason and the facts it rests on, what was
refused, and what the database says of it.

  --sql FILE      one SELECT or WITH statement; - reads it from stdin
  --query FILE    a structured query as JSON; - reads it from stdin
  --url URL       a database: ${ENGINE_URLS}
  --stats FILE    what perf-bench stats wrote of a database that is not at hand: nothing is asked of it, and nothing run
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
  readonly url: string | undefined;
  readonly stats: string | undefined;
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
  const { file, isQuery, url, stats, dialect, run, plainDates, json } = readArguments(argv);
  const text = await readText(file);
  await using source = url === undefined ? await factsOfFile(stats ?? '') : await factsOfUrl(url);
  if (dialect !== undefined && dialect !== source.dialect)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--dialect says ${dialect}, and the database speaks ${source.dialect}`,
    );
  const told = isQuery
    ? await toldOfQuery(text, source, use)
    : await toldOfSql(text, source, { run, plainDates }, use);
  if (json !== undefined)
    await wholeFile(json, (partial) => writeFile(partial, `${JSON.stringify(told, undefined, 1)}\n`));
  return 0;
}

async function toldOfQuery(
  text: string,
  { catalog, dialect, statistics }: FactsSource,
  { write, signal }: CommandUse,
): Promise<unknown> {
  const optimizer = createOptimizer({ catalog, dialect });
  const query = checkQuery(parsed(text), catalog);
  // What the query names is not known before it is checked.
  const plain = optimizer.compile(query);
  const optimized = optimizer.optimizeQuery(query, await statistics(plain.text, signal));
  write(`${optimized.statement.text}\n\n`);
  write(rewritesTable(optimized.rewrites));
  return { original: plain.text, ...optimized };
}

async function toldOfSql(
  original: string,
  { catalog, dialect, engine, statistics }: FactsSource,
  { run, plainDates }: Pick<OptimizeArguments, 'run' | 'plainDates'>,
  { write, signal }: CommandUse,
): Promise<unknown> {
  const optimized = optimizeSql(original, {
    dialect,
    catalog,
    statistics: await statistics(original, signal),
    ...(plainDates ? { plainDates } : {}),
  });
  const verdict = await decideSql(optimized, { ...(engine === undefined ? {} : { engine }), signal });
  const trial =
    run && engine !== undefined && verdict.use === 'optimized'
      ? await tryPair(engine, original, { ...optimized, text: verdict.text }, signal)
      : undefined;
  write(sqlReport(optimized, verdict, trial));
  return { ...optimized, verdict, ...(trial === undefined ? {} : { trial }) };
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
    options: {
      sql: text,
      query: text,
      url: text,
      stats: text,
      dialect: text,
      json: text,
      run: flag,
      'plain-dates': flag,
    },
  });
  const { sql, query, url, stats, dialect, json, run = false, 'plain-dates': plainDates = false } = values;
  const file = sql ?? query;
  if (file === undefined || (sql !== undefined && query !== undefined))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'give one of --sql and --query');
  if ((url === undefined) === (stats === undefined))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `give one of --url, a database as ${ENGINE_URLS}, and --stats, a file of perf-bench stats`,
    );
  if (run && url === undefined)
    throw new PerfError('ERR_PERF_INVALID_OPTION', '--run needs a database: give --url');
  return {
    file,
    isQuery: sql === undefined,
    url,
    stats,
    dialect,
    run,
    plainDates,
    json: json === undefined ? undefined : resolve(json),
  };
}
