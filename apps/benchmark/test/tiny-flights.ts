import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { readRows } from '@perf/testkit';
import type { FlightsHouse } from '../src/data/flights-house.ts';
import { openHouse } from '../src/data/flights-house.ts';
import type { AppSwitches } from '../src/terminal/switches.ts';

/** Nothing is switched off. */
export const ALL_ON: AppSwitches = { cache: true, optimizer: true, parallel: true };

/** Flights of the files that `makeTinyFlights` writes. */
export const TINY_ROWS = 2000;

const AIRPORTS: readonly (readonly string[])[] = [
  ['JFK', 'John F Kennedy Intl', 'New York', 'NY'],
  ['LAX', 'Los Angeles International', 'Los Angeles', 'CA'],
  ['SFO', 'San Francisco International', 'San Francisco', 'CA'],
  ['ORD', "Chicago O'Hare International", 'Chicago', 'IL'],
  ['HNL', 'Honolulu International', 'Honolulu', 'HI'],
  ['AUS', 'Austin-Bergstrom International', 'Austin', 'TX'],
];

/** Paths of made-up flights as Parquet and their airports as CSV. */
export interface TinyFlights extends Disposable {
  readonly flights: string;
  readonly airports: string;
  /** Both as arguments of the command. */
  readonly args: readonly string[];
}

/** Writes the same small flights every time. */
export async function makeTinyFlights(): Promise<TinyFlights> {
  const folder = mkdtempSync(join(tmpdir(), 'perf-bench-tiny-'));
  const [flights, airports] = [join(folder, 'flights.parquet'), join(folder, 'airports.csv')];
  const lines = AIRPORTS.map((row, i) =>
    [...row.map((cell) => `"${cell}"`), 'USA', 30 + i, -100 - i].join(','),
  );
  writeFileSync(airports, `iata,name,city,state,country,latitude,longitude\n${lines.join('\n')}\n`);
  const codes = `[${AIRPORTS.map(([code]) => `'${code ?? ''}'`).join(', ')}]`;
  await using engine = await DuckDbEngine.open(':memory:');
  const text = `COPY (SELECT TIMESTAMP '2001-01-01 00:00:00' + INTERVAL 2 HOUR * i AS date, (i * 37 % 240 - 30)::INT AS delay,
      (200 + i * 53 % 2400)::INT AS distance, ${codes}[i % 6 + 1] AS origin, ${codes}[(i * 7 + i // 6) % 6 + 1] AS destination
      FROM range(${TINY_ROWS}) AS r(i) ORDER BY i) TO '${flights}' (FORMAT parquet)`;
  await readRows(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
  return {
    flights,
    airports,
    args: ['--flights', flights, '--airports', airports],
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Both engines with the tiny flights in them. */
export async function openTinyHouse(): Promise<FlightsHouse> {
  using files = await makeTinyFlights();
  const { signal } = new AbortController();
  return await openHouse({
    ...files,
    every: 1,
    sqlite: true,
    parallel: true,
    signal,
    onStep: () => undefined,
  });
}
