import { DatabaseSync } from 'node:sqlite';
import type { ExecutionPlan, QueryEngine } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { planFigures, readPlan } from '@perf/optimizer';
import { describeWith } from '@perf/services/vitest';
import { readRows } from '@perf/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];

/** Statements whose plans have every trap: subplans, expressions read twice, sorts, unions, outer joins. */
const STATEMENTS = [
  'SELECT a.state, count(*) AS n FROM f JOIN a ON a.iata = f.origin WHERE f.delay > 250 GROUP BY a.state ORDER BY n DESC LIMIT 5',
  'SELECT a.iata, (SELECT count(*) FROM f WHERE f.origin = a.iata AND f.delay > 290) AS late FROM a',
  'WITH b AS (SELECT origin, count(*) AS n FROM f GROUP BY origin) SELECT x.origin FROM b x JOIN b y ON x.n = y.n WHERE x.n > (SELECT avg(n) FROM b)',
  'SELECT * FROM a LEFT JOIN f ON f.origin = a.iata AND f.delay = -1000 ORDER BY f.id',
  'SELECT origin FROM f WHERE delay > 295 UNION SELECT iata FROM a',
  'SELECT * FROM a WHERE NOT EXISTS (SELECT 1 FROM f WHERE f.origin = a.iata AND f.delay > 298)',
  'SELECT iata, row_number() OVER (PARTITION BY state ORDER BY name) FROM a',
];
const TABLES = [
  'CREATE TABLE a (iata VARCHAR(9) PRIMARY KEY, name VARCHAR(40), state VARCHAR(9))',
  'CREATE TABLE f (id INT PRIMARY KEY, origin VARCHAR(9), delay INT)',
];

describeWith('postgres', 'plans of a running Postgres', (url) => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE SCHEMA plans; SET search_path TO plans');
    for (const text of TABLES) await client.query(text);
    await client.query(
      "INSERT INTO a SELECT 'A' || i, 'N' || i, 'S' || i % 50 FROM generate_series(0, 299) i",
    );
    await client.query(
      "INSERT INTO f SELECT i, 'A' || i % 300, (i * 31) % 400 - 100 FROM generate_series(1, 20000) i",
    );
    await client.query('ANALYZE');
  });
  afterAll(async () => {
    await client.query('DROP SCHEMA plans CASCADE');
    await client.end();
  });

  const explained = async (text: string): Promise<unknown> =>
    (await client.query<{ 'QUERY PLAN': unknown }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`)).rows;

  it.each(STATEMENTS)('add up to what was measured: %s', async (text) => {
    const { plan, executionMs = 0, format, analyzed } = readPlan(JSON.stringify(await explained(text)));
    const self = nodes(plan).reduce((sum, { selfMs = 0 }) => sum + selfMs, 0);

    expect({ format, analyzed }).toEqual({ format: 'postgres', analyzed: true });
    expect(self).toBeLessThanOrEqual(executionMs * 1.05 + 0.05);
    expect(self).toBeGreaterThan((plan.totalMs ?? 0) * 0.9 - 0.05);
    expect(plan.actualRows).toBe((await client.query(text)).rowCount);
    expect(planFigures(plan).actuals).toBe('nodes');
  });
});

describe.each(['duckdb', 'sqlite'] as const)('plans of a running %s', (name) => {
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await (name === 'duckdb'
      ? DuckDbEngine.open(':memory:', { threads: 1 })
      : SqliteEngine.open(':memory:'));
    const numbers =
      name === 'duckdb'
        ? (count: number) => `range(${count}) r(i)`
        : (count: number) =>
            `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1}) SELECT i FROM n)`;
    for (const text of [
      ...TABLES,
      `INSERT INTO a SELECT 'A' || i, 'N' || i, 'S' || (i % 50) FROM ${numbers(300)}`,
      `INSERT INTO f SELECT i, 'A' || (i % 300), (i * 31) % 400 - 100 FROM ${numbers(20_000)}`,
    ])
      await rows(text);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const rows = async (text: string): Promise<unknown[][]> =>
    readRows(await engine.execute({ dialect: engine.dialect, text, parameters: [] }));

  it.each(STATEMENTS)('read as the engine reads them: %s', async (text) => {
    const own = await engine.explain({ dialect: engine.dialect, text, parameters: [] });
    const printed = await rows(
      name === 'duckdb' ? `EXPLAIN (FORMAT JSON) ${text}` : `EXPLAIN QUERY PLAN ${text}`,
    );
    const written =
      name === 'duckdb'
        ? String(printed[0]?.[1])
        : JSON.stringify(
            printed.map(([id, parent, , detail]) => ({ id: Number(id), parent: Number(parent), detail })),
          );
    const { plan, format } = readPlan(written);
    const shape = ({
      operator,
      table,
      index,
      estimatedRows,
      correlated,
      children,
    }: ExecutionPlan): unknown => [
      operator,
      operator === 'scan' || operator === 'search' ? table : undefined,
      index,
      estimatedRows,
      correlated,
      children.map(shape),
    ];

    expect(format).toBe(name);
    expect(shape(plan)).toEqual(shape(own));
  });
});

describe('the shell of SQLite', () => {
  it('is read as the rows are', () => {
    const database = new DatabaseSync(':memory:');
    for (const text of TABLES) database.exec(text);
    for (const text of STATEMENTS) {
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all();
      const below = (parent: unknown, stem: string): string[] => {
        const own = rows.filter((row) => row['parent'] === parent);
        return own.flatMap((row, i) => {
          const isLast = i === own.length - 1;
          return [
            `${stem}${isLast ? '`--' : '|--'}${String(row['detail'])}`,
            ...below(row['id'], `${stem}${isLast ? '   ' : '|  '}`),
          ];
        });
      };

      expect(readPlan(['QUERY PLAN', ...below(0, '')].join('\n')).plan).toEqual(
        readPlan(JSON.stringify(rows)).plan,
      );
    }
    database.close();
  });
});
