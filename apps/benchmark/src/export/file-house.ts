import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { QueryEngine, Statement } from '@perf/contracts';
import { PerfError, checkQuery, isPerfError } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { createOptimizer } from '@perf/optimizer';

/** A file of rows that an engine reads as a table. */
export interface FileHouse extends AsyncDisposable {
  readonly engine: QueryEngine;
  /** Name of the table. */
  readonly table: string;
  /** Names the state of the file. */
  readonly version: string;
  /** Prints a structured query of the table. */
  compile(query: unknown): Promise<Statement>;
}

const READERS: readonly (readonly [ending: RegExp, reader: string])[] = [
  [/\.parquet$/i, 'read_parquet'],
  [/\.(?:csv|tsv)(?:\.gz|\.zst)?$/i, 'read_csv'],
  [/\.(?:json|ndjson|jsonl)(?:\.gz|\.zst)?$/i, 'read_json'],
];

/**
 * Opens a Parquet, CSV or JSON file as a table, named as the file without its ending. With `ordered` the answers come in the same order each
 * time, by one thread. A file that cannot be read is `ERR_PERF_OPEN_FAILED`.
 */
export async function openFile(
  path: string,
  { ordered, parallel }: { readonly ordered: boolean; readonly parallel: boolean },
): Promise<FileHouse> {
  const reader = READERS.find(([ending]) => ending.test(path))?.[1];
  if (reader === undefined)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--from must name a .parquet, .csv, .tsv, .json or .ndjson file, got ${path}`,
    );
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${path}`, { cause });
  });
  const table = tableName(path);
  const engine = await DuckDbEngine.open(':memory:', ordered || !parallel ? { threads: 1 } : {});
  try {
    const text = `CREATE VIEW "${table}" AS SELECT * FROM ${reader}('${path.replaceAll("'", "''")}')`;
    await Array.fromAsync(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
  } catch (cause) {
    await engine[Symbol.asyncDispose]();
    if (isPerfError(cause, 'ERR_PERF_ABORTED')) throw cause;
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot load ${path}`, { cause });
  }
  return {
    engine,
    table,
    version: createHash('sha256').update(`${path}\n${size}\n${mtimeMs}`).digest('hex'),
    async compile(query) {
      const catalog = await engine.catalog();
      return createOptimizer({ catalog, dialect: 'duckdb' }).compile(checkQuery(query, catalog));
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** A name that needs no quotes: the file's, with `_` for what is no letter, digit or `_`. */
function tableName(path: string): string {
  const name = basename(path).replace(/\..*$/, '').replaceAll(/\W/g, '_');
  return /^\d|^$/.test(name) ? `t_${name}` : name;
}
