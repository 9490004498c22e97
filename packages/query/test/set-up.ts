import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TieredCache } from '@perf/cache-core';
import type { Catalog, Classification, QueryEngine } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { createCsvExporter } from '@perf/export-csv';
import { createOptimizer } from '@perf/optimizer';
import { createProfiler } from '@perf/profiler';
import type { QueryServiceOptions } from '@perf/query';
import { createQueryService } from '@perf/query';
import { FakeClock, FaultyEngine, readRows } from '@perf/testkit';

const ROWS = 20_000;

/** A small table of flights and one of airports, made by the engine itself. */
const FIXTURE = {
  duckdb: [
    'CREATE TABLE airports (iata VARCHAR PRIMARY KEY, state VARCHAR, email VARCHAR, pin VARCHAR)',
    `INSERT INTO airports VALUES ('SFO', 'CA', 'a@sfo', '1'), ('LAX', 'CA', 'b@lax', '2'), ('JFK', 'NY', NULL, '3')`,
    `CREATE TABLE flights AS SELECT i AS id, ['SFO', 'LAX', 'JFK'][i % 3 + 1] AS origin, (i * 37 % 200 - 20)::INT AS delay FROM range(${ROWS}) AS r(i)`,
    'ALTER TABLE flights ALTER id SET NOT NULL',
    'CREATE UNIQUE INDEX flights_id ON flights (id)',
  ],
  sqlite: [
    'CREATE TABLE airports (iata TEXT PRIMARY KEY NOT NULL, state TEXT, email TEXT, pin TEXT)',
    `INSERT INTO airports VALUES ('SFO', 'CA', 'a@sfo', '1'), ('LAX', 'CA', 'b@lax', '2'), ('JFK', 'NY', NULL, '3')`,
    'CREATE TABLE flights (id BIGINT NOT NULL, origin TEXT, delay INT)',
    `INSERT INTO flights WITH RECURSIVE r (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < ${ROWS - 1})
     SELECT i, CASE i % 3 WHEN 0 THEN 'SFO' WHEN 1 THEN 'LAX' ELSE 'JFK' END, i * 37 % 200 - 20 FROM r`,
    'CREATE UNIQUE INDEX flights_id ON flights (id)',
  ],
} as const;

/** A whole service over a real engine with a real cache; the clock stands still until the test moves it. */
export async function setUp(
  name: 'duckdb' | 'sqlite' = 'duckdb',
  options: Partial<QueryServiceOptions> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'perf-query-'));
  // One worker: a statement that is not let go blocks whatever comes next.
  const inner: QueryEngine = await (name === 'duckdb'
    ? DuckDbEngine.open(':memory:')
    : SqliteEngine.open(join(folder, 'test.db'), { workers: 1 }));
  for (const text of FIXTURE[name])
    await readRows(await inner.execute({ dialect: name, text, parameters: [] }));
  const engine = new FaultyEngine(inner);
  const clock = new FakeClock();
  const now = (): number => clock.now();
  const cache = new TieredCache({ memory: { maxEntries: 100 }, now });
  const catalog = classified(
    await inner.catalog(),
    new Map([
      ['email', 'pii'],
      ['pin', 'secret'],
    ]),
  );
  const service = createQueryService({
    engine,
    optimizer: createOptimizer({ catalog, dialect: name }),
    catalog,
    cache,
    profiler: createProfiler(),
    exporters: { csv: createCsvExporter() },
    source: 'test',
    now,
    ...options,
  });
  return {
    service,
    engine,
    cache,
    clock,
    catalog,
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The catalogue with columns of these names classified. */
function classified(catalog: Catalog, names: ReadonlyMap<string, Classification>): Catalog {
  const tables = [...catalog.tables].map(([name, table]) => {
    const columns = table.columns.map((column) => {
      const classification = names.get(column.name);
      return classification === undefined ? column : { ...column, classification };
    });
    return [name, { ...table, columns }] as const;
  });
  return { version: catalog.version, tables: new Map(tables) };
}

/** Flights by origin, worst first. */
export const BY_ORIGIN = {
  from: 'flights',
  select: ['origin', { aggregate: 'count', as: 'n' }, { aggregate: 'avg', field: 'delay', as: 'mean' }],
  where: { field: 'delay', operator: 'gt', value: 0 },
  groupBy: ['origin'],
  orderBy: [{ field: 'mean', direction: 'desc' }, { field: 'origin' }],
} as const;
