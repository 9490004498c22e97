import { DatabaseSync } from 'node:sqlite';
import type { ExecutionPlan, HypotheticalIndex } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { FakeClock } from '@perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, sql, temporaryFolder } from './open.ts';

const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];
const on = (table: string, ...names: readonly string[]): HypotheticalIndex => ({
  table,
  columns: names.map((name) => ({ name })),
});

/** Flights with 300 origins and 40,000 delays, airports with 300 codes. */
async function fill(engine: SqliteEngine): Promise<void> {
  for (const text of [
    'CREATE TABLE airports (iata TEXT PRIMARY KEY NOT NULL, state TEXT)',
    'CREATE TABLE flights (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, delay INT, late BOOLEAN, note TEXT)',
    'CREATE INDEX flights_late ON flights (late)',
    "INSERT INTO airports WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 299) SELECT 'A' || i, 'S' || (i % 50) FROM r",
    "INSERT INTO flights WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 39999) SELECT i, 'A' || (i % 300), i, i % 2, 'n' FROM r",
    'CREATE VIEW busy AS SELECT origin, count(*) AS n FROM flights GROUP BY origin',
    'CREATE TRIGGER guard BEFORE DELETE ON flights BEGIN SELECT 1; END',
  ])
    await rowsOf(engine, text);
}

describe('whatIf', () => {
  let engine: SqliteEngine;
  beforeAll(async () => {
    engine = await SqliteEngine.open(':memory:');
    await fill(engine);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const planned = async (text: string, ...indexes: readonly HypotheticalIndex[]): Promise<ExecutionPlan[]> =>
    nodes(await engine.whatIf(indexes, sql(text)));

  it('is told by the capabilities', () => {
    expect(engine.capabilities.whatIf).toBe(true);
  });

  it('shows the index that would be used, by what it is on', async () => {
    const text = "SELECT id FROM flights WHERE origin = 'A7' AND delay > 5";

    const before = await planned(text);
    const after = await planned(text, on('flights', 'origin', 'delay'));

    expect(before[1]).toMatchObject({ operator: 'scan', table: 'flights' });
    expect(after[1]).toMatchObject({
      operator: 'search',
      table: 'flights',
      index: 'hypothetical flights(origin, delay)',
      detail:
        'SEARCH flights USING COVERING INDEX hypothetical flights(origin, delay) (origin=? AND delay>?)',
    });
  });

  it('chooses among indexes by what the data is, which has not been analysed', async () => {
    const text = 'SELECT note FROM flights WHERE delay = 7 AND late = 1';

    const [, found] = await planned(text, on('flights', 'delay'));

    expect(found?.index).toBe('hypothetical flights(delay)');
    expect((await planned(text))[1]?.index).toBe('flights_late');
  });

  it('plans as the database would if the index were real', async () => {
    const cases = [
      [
        "SELECT * FROM flights f JOIN airports a ON a.iata = f.origin WHERE a.state = 'S3'",
        on('flights', 'origin'),
      ],
      [
        "SELECT * FROM flights f JOIN airports a ON a.iata = f.origin WHERE a.state = 'S3'",
        on('airports', 'state'),
      ],
      ['SELECT delay FROM flights ORDER BY delay LIMIT 10', on('flights', 'delay')],
      ['SELECT origin, max(delay) FROM flights GROUP BY origin', on('flights', 'origin', 'delay')],
      ['SELECT n FROM busy', on('flights', 'origin')],
      [
        'SELECT count(*) FROM flights WHERE origin IN (SELECT iata FROM airports WHERE state = ?1)',
        on('flights', 'origin'),
      ],
    ] as const;
    await using folder = await temporaryFolder();
    await using real = await SqliteEngine.open(folder.file('real.db'));
    await fill(real);
    for (const [text, index] of cases) {
      const made = `CREATE INDEX made ON ${index.table} (${index.columns.map(({ name }) => name).join(', ')})`;
      for (const step of [made, 'ANALYZE']) await rowsOf(real, step);
      const supposed = nodes(await engine.whatIf([index], sql(text, text.includes('?1') ? ['S3'] : [])));
      const seen = nodes(await real.explain(sql(text, text.includes('?1') ? ['S3'] : [])));
      for (const step of ['DROP INDEX made', 'DELETE FROM sqlite_stat1']) await rowsOf(real, step);

      expect(supposed.map(({ operator, table }) => [operator, table])).toEqual(
        seen.map(({ operator, table }) => [operator, table]),
      );
    }
  });

  it('takes what ANALYZE left rather than a sample', async () => {
    await using folder = await temporaryFolder();
    await using analysed = await SqliteEngine.open(folder.file('a.db'));
    await fill(analysed);
    await rowsOf(analysed, 'CREATE INDEX flights_delay ON flights (delay)');
    await rowsOf(analysed, 'ANALYZE');
    const text = 'SELECT note FROM flights WHERE delay = 7 AND late = 1';
    const honest = nodes(await analysed.whatIf([], sql(text)));
    const other = new DatabaseSync(folder.file('a.db'));
    other.exec("UPDATE sqlite_stat1 SET stat = '40000 40000' WHERE idx = 'flights_delay'");
    other.exec("UPDATE sqlite_stat1 SET stat = '40000 2' WHERE idx = 'flights_late'");
    other.close();
    await using again = await SqliteEngine.open(folder.file('a.db'));
    const told = nodes(await again.whatIf([], sql(text)));

    expect(honest[1]?.index).toBe('flights_delay');
    expect(told[1]?.index).toBe('flights_late');
  });

  it('knows indexes that leave rows out, descending columns and columns that are only kept', async () => {
    const partial = { ...on('flights', 'delay'), only: { column: 'delay', is: 'present' } } as const;
    const kept = { ...on('flights', 'origin'), include: ['delay'] };
    const descending = {
      table: 'flights',
      columns: [{ name: 'origin' }, { name: 'delay', direction: 'desc' }],
    } as const;

    expect((await planned('SELECT note FROM flights WHERE delay = 7', partial))[1]?.index).toBeDefined();
    expect((await planned("SELECT delay FROM flights WHERE origin = 'A1'", kept))[1]?.detail).toContain(
      'COVERING',
    );
    const sorted = await planned('SELECT origin, delay FROM flights ORDER BY origin, delay DESC', descending);
    expect(sorted.map(({ operator }) => operator)).toEqual(['query', 'scan']);
  });

  it('leaves the database as it is, and forgets an index that is not supposed again', async () => {
    const text = "SELECT note FROM flights WHERE origin = 'A1'";
    await planned(text, on('flights', 'origin'));

    expect((await planned(text))[1]).toMatchObject({ operator: 'scan' });
    expect((await engine.indexes()).map(({ name }) => name)).not.toContainEqual(
      expect.stringContaining('perf'),
    );
    expect(
      await rowsOf(
        engine,
        "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%perf%' OR name LIKE '%stat%'",
      ),
    ).toEqual([[0n]]);
  });

  it('answers callers at the same time, each with its own indexes', async () => {
    const text = "SELECT note FROM flights WHERE origin = 'A1' AND delay = 4";
    const plans = await Promise.all([
      planned(text, on('flights', 'origin')),
      planned(text),
      planned(text, on('flights', 'delay')),
    ]);

    expect(plans.map(([, found]) => found?.index)).toEqual([
      'hypothetical flights(origin)',
      undefined,
      'hypothetical flights(delay)',
    ]);
  });

  it('refuses names that the catalogue does not hold, and statements of others', async () => {
    const supposed = (index: HypotheticalIndex, text = 'SELECT 1'): Promise<unknown> =>
      engine.whatIf([index], sql(text));

    await expect(supposed(on('nothing', 'a'))).rejects.toMatchObject({ code: 'ERR_PERF_UNKNOWN_TABLE' });
    await expect(supposed(on('flights', 'a") --'))).rejects.toMatchObject({ code: 'ERR_PERF_UNKNOWN_FIELD' });
    await expect(supposed(on('flights'))).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(supposed(on('flights', 'origin'), 'SELECT * FROM gone')).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
    await expect(
      engine.whatIf([], { dialect: 'duckdb', text: 'SELECT 1', parameters: [] }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(
      engine.whatIf([], sql('SELECT 1'), { signal: AbortSignal.abort(new Error('no')) }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it('learns of a changed schema at once, and of other rows after whatIfTtlMs', async () => {
    const clock = new FakeClock();
    await using growing = await SqliteEngine.open(':memory:', { whatIfTtlMs: 1000, now: clock.now });
    await rowsOf(growing, 'CREATE TABLE t (a INT, b INT)');
    for (const name of ['a', 'b']) await rowsOf(growing, `CREATE INDEX t_${name} ON t (${name})`);
    const rows = (a: string, b: string): string =>
      `INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 9999) SELECT ${a}, ${b} FROM r`;
    const text = 'SELECT rowid FROM t WHERE a = 1 AND b = 1';
    const chosen = async (): Promise<unknown> => nodes(await growing.whatIf([], sql(text)))[1]?.index;
    await rowsOf(growing, rows('i', '1'));
    const first = await chosen();
    await rowsOf(growing, 'DELETE FROM t');
    await rowsOf(growing, rows('1', 'i'));
    clock.advance(999);
    const early = await chosen();
    clock.advance(1);
    const late = await chosen();
    await rowsOf(growing, 'DROP INDEX t_b');

    expect([first, early, late, await chosen()]).toEqual(['t_a', 't_a', 't_b', undefined]);
  });
});

describe('indexes', () => {
  it('lists those on columns with their directions, keys and sizes', async () => {
    await using engine = await SqliteEngine.open(':memory:');
    for (const text of [
      'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c INT)',
      'CREATE TABLE w (k TEXT PRIMARY KEY, z INT) WITHOUT ROWID',
      'CREATE INDEX "we.ird ""i" ON t (c DESC, b)',
      'CREATE INDEX part ON t (c) WHERE c > 5',
      'CREATE INDEX words ON t (lower(b))',
    ])
      await rowsOf(engine, text);

    const found = await engine.indexes();

    expect(found.map(({ bytes, ...rest }) => ({ ...rest, sized: bytes !== undefined }))).toEqual([
      listed('sqlite_autoindex_t_1', 't', [{ name: 'b' }], { unique: true }),
      listed('we.ird "i', 't', [{ name: 'c', direction: 'desc' }, { name: 'b' }]),
      listed('part', 't', [{ name: 'c' }], { partial: true }),
      listed('sqlite_autoindex_w_1', 'w', [{ name: 'k' }], { unique: true, primary: true, sized: false }),
    ]);
  });

  it('are in the statistics, with the rowid key and without those that leave rows out; bytes too', async () => {
    await using engine = await SqliteEngine.open(':memory:');
    for (const text of [
      'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c INT)',
      'CREATE INDEX i ON t (c, b)',
      'CREATE INDEX part ON t (b) WHERE c > 5',
      'CREATE VIEW v AS SELECT a FROM t',
    ])
      await rowsOf(engine, text);
    const { tables } = await engine.statistics(['t', 'v']);

    expect(tables.get('t')).toMatchObject({ bytes: 4096, indexes: [['a'], ['c', 'b']] });
    expect(tables.get('v')).toMatchObject({ indexes: [] });
    expect(tables.get('v')).not.toHaveProperty('bytes');
  });
});

function listed(
  name: string,
  table: string,
  columns: readonly unknown[],
  more: { unique?: boolean; primary?: boolean; partial?: boolean; sized?: boolean } = {},
): unknown {
  return { name, table, columns, unique: false, primary: false, partial: false, sized: true, ...more };
}
