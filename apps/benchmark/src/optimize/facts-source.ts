import { readFile } from 'node:fs/promises';
import type { Catalog, Dialect, QueryEngine, QueryStatistics } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { openEngineAt } from '../data/engine-at.ts';
import { readFacts } from '../stats/read-facts.ts';

/** What an optimizer must know of a database, from the database or from a file. */
export interface FactsSource extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly catalog: Catalog;
  /** Absent where there is only a file: nothing can be asked or run. */
  readonly engine?: QueryEngine;
  /** Statistics of the tables that a text names. */
  readonly statistics: (text: string, signal: AbortSignal) => Promise<QueryStatistics>;
}

/** Opens a database by its URL. */
export async function factsOfUrl(url: string): Promise<FactsSource> {
  const opened = await openEngineAt(url);
  const { engine } = opened;
  const { dialect } = engine;
  try {
    const catalog = await engine.catalog();
    return {
      dialect,
      catalog,
      engine,
      statistics: (text, signal) => statisticsFor(engine, namedIn(text, catalog), signal),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** Reads a file of `perf-bench stats`, which is not trusted. */
export async function factsOfFile(file: string): Promise<FactsSource> {
  const { dialect, catalog, statistics } = readFacts(await textOf(file));
  return {
    dialect,
    catalog,
    statistics: () => Promise.resolve(statistics),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${file}`, { cause });
  }
}

function namedIn(text: string, catalog: Catalog): readonly string[] {
  const lower = text.toLowerCase();
  return [...catalog.tables.keys()].filter((name) => lower.includes(name.toLowerCase()));
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
