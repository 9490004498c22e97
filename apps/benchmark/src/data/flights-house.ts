import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog, Parameter, QueryEngine } from '@perf/contracts';
import { PerfError, answerRows, isPerfError } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { ClosingStack } from './closing-stack.ts';
import { copyToSqlite } from './copy-to-sqlite.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** What is loaded, and from where. */
export interface HouseOptions {
  /** Flights as Parquet with the columns date, delay, distance, origin, destination. */
  readonly flights: string;
  /** Airports as CSV with the columns iata, name, city, state, country, latitude, longitude. */
  readonly airports: string;
  /** Keeps every n-th flight. */
  readonly every: number;
  /** Loads SQLite too. */
  readonly sqlite: boolean;
  /** Lets engines use several threads. */
  readonly parallel: boolean;
  readonly signal: AbortSignal;
  /** Told of each step with the share of it that is done. */
  readonly onStep: (step: string, done: number) => void;
}

/** An engine that holds the flights. */
export interface LoadedEngine {
  readonly engine: QueryEngine;
  readonly catalog: Catalog;
  readonly loadMs: number;
}

/** Real flights in real engines. Disposing closes them and removes the temporary file. */
export interface FlightsHouse extends AsyncDisposable {
  /** DuckDB first. */
  readonly engines: readonly [LoadedEngine, ...LoadedEngine[]];
  readonly flights: number;
  readonly airports: number;
}

const AIRPORTS = `CREATE TABLE airports (iata VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, city VARCHAR, state VARCHAR, country VARCHAR NOT NULL,
  latitude DOUBLE NOT NULL, longitude DOUBLE NOT NULL)`;
const FLIGHTS = `CREATE TABLE flights (id BIGINT PRIMARY KEY, date TIMESTAMP NOT NULL, delay INTEGER NOT NULL, distance INTEGER NOT NULL,
  origin VARCHAR NOT NULL, destination VARCHAR NOT NULL, month INTEGER NOT NULL)`;
const FILL_AIRPORTS =
  'INSERT INTO airports SELECT iata, name, city, state, country, latitude, longitude FROM read_csv($1, header = true, all_varchar = false)';
const FILL_FLIGHTS = `INSERT INTO flights SELECT file_row_number + 1, date, delay, distance, origin, destination, month(date)
  FROM read_parquet($1, file_row_number = true) WHERE file_row_number % $2 = 0`;

/**
 * Opens the engines and loads them: DuckDB in memory, SQLite in a temporary file. What was opened is closed on failure. A file that
 * cannot be read, or holds something else, is `ERR_PERF_OPEN_FAILED`.
 */
export async function openHouse(options: HouseOptions): Promise<FlightsHouse> {
  const { flights, airports, every, parallel, signal, onStep } = options;
  for (const file of [flights, airports])
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${file}`, { cause });
    });
  await using opened = new ClosingStack();
  const started = performance.now();
  const duckdb = opened.use(await DuckDbEngine.open(':memory:', parallel ? {} : { threads: 1 }));
  const run = async (text: string, ...parameters: Parameter[]): Promise<readonly (readonly unknown[])[]> => {
    const stream = await duckdb.execute({ dialect: 'duckdb', text, parameters }, { signal });
    return answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
  };
  onStep('loading DuckDB', 0);
  await run(AIRPORTS);
  await from(airports, run(FILL_AIRPORTS, airports));
  await run(FLIGHTS);
  await from(flights, run(FILL_FLIGHTS, flights, every));
  onStep('loading DuckDB', 1);
  const [counts] = await run('SELECT (SELECT count(*) FROM flights), (SELECT count(*) FROM airports)');
  const inMemory = { engine: duckdb, catalog: await duckdb.catalog(), loadMs: performance.now() - started };
  const rows = Number(counts?.[0] ?? 0);
  const airportRows = Number(counts?.[1] ?? 0);
  if (!options.sqlite) return house(opened.move(), [inMemory], rows, airportRows);
  const folder = opened.use(await TemporaryFolder.make(join(tmpdir(), 'perf-flights-')));
  const path = join(folder.path, 'flights.db');
  const copying = performance.now();
  await copyToSqlite(duckdb, path, {
    rows,
    signal,
    onProgress: (done) => onStep('loading SQLite', done),
  }).catch((cause: unknown) => {
    if (isPerfError(cause)) throw cause;
    throw new PerfError('ERR_PERF_SINK_FAILED', `cannot fill ${path}: ${String(cause)}`, { cause });
  });
  const sqlite = opened.use(await SqliteEngine.open(path, { readOnly: true, workers: parallel ? 2 : 1 }));
  const inFile = { engine: sqlite, catalog: await sqlite.catalog(), loadMs: performance.now() - copying };
  return house(opened.move(), [inMemory, inFile], rows, airportRows);
}

/** Loading of a file, whose failure names the file. */
async function from(file: string, loading: Promise<unknown>): Promise<void> {
  try {
    await loading;
  } catch (cause) {
    if (isPerfError(cause, 'ERR_PERF_ABORTED')) throw cause;
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot load ${file}`, { cause });
  }
}

function house(
  opened: ClosingStack,
  engines: FlightsHouse['engines'],
  flights: number,
  airports: number,
): FlightsHouse {
  return { engines, flights, airports, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}
