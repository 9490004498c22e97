import { printDataType } from '@perf/contracts';
import type { CatalogTable } from '@perf/contracts';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { FakeClock } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from './open.ts';

let engine: DuckDbEngine;
beforeEach(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 2 });
});
afterEach(() => engine[Symbol.asyncDispose]());

async function made(...statements: string[]): Promise<ReadonlyMap<string, CatalogTable>> {
  for (const text of statements) await rowsOf(engine, text);
  return (await engine.catalog()).tables;
}

describe('catalog', () => {
  it('tells types, nullability and what is no plain text', async () => {
    const tables = await made(
      "CREATE TYPE mood AS ENUM ('sad', 'ok')",
      'CREATE TABLE t (a INTEGER NOT NULL, b DECIMAL(9,2), c mood, d UUID, e VARCHAR, f TIMESTAMPTZ, g JSON, h INTEGER[], i STRUCT(x INT))',
    );

    expect(
      tables
        .get('t')
        ?.columns.map(({ name, type, nullable, engineType }) => [
          name,
          printDataType(type),
          nullable,
          engineType,
        ]),
    ).toEqual([
      ['a', 'int32', false, undefined],
      ['b', 'decimal(9,2)', true, undefined],
      ['c', 'utf8', true, "ENUM('sad', 'ok')"],
      ['d', 'utf8', true, 'UUID'],
      ['e', 'utf8', true, undefined],
      ['f', 'timestamp(us)', true, undefined],
      ['g', 'json', true, undefined],
      ['h', 'list<int32>', true, undefined],
      ['i', 'json', true, undefined],
    ]);
  });

  it('tells text that does not compare by bytes, in tables and views', async () => {
    const collations = ['NOCASE', 'NOACCENT', 'NFC', 'de', 'C'];
    const tables = await made(
      `CREATE TABLE t (plain VARCHAR, said VARCHAR DEFAULT 'COLLATE', n INT, ${collations.map((name) => `"c ${name}" VARCHAR COLLATE ${name}`).join(', ')})`,
      'CREATE TABLE other (s VARCHAR)',
      'CREATE VIEW v AS SELECT plain AS p, "c NOCASE" AS folded FROM t',
      'CREATE TABLE gone (s VARCHAR COLLATE NOCASE)',
      'CREATE VIEW broken AS SELECT s FROM gone',
      'DROP TABLE gone',
    );

    const collated = [...tables.values()].flatMap(({ name, columns }) =>
      columns
        .filter(({ engineType }) => engineType === 'VARCHAR COLLATE')
        .map((column) => `${name}.${column.name}`),
    );
    expect(collated).toEqual(['t.c NOCASE', 't.c NOACCENT', 't.c NFC', 't.c de', 'v.folded']);
  });

  it('lists keys: primary first, then unique constraints and unique indexes on columns alone', async () => {
    const tables = await made(
      'CREATE TABLE t (u INT UNIQUE, "b c" INT, a INT, "lower(s)" VARCHAR, s VARCHAR, "x, y" INT, PRIMARY KEY (a, "b c"))',
      'CREATE UNIQUE INDEX i1 ON t ("b c", a)',
      'CREATE UNIQUE INDEX i2 ON t (lower(s))',
      'CREATE UNIQUE INDEX i3 ON t ((a + 1))',
      'CREATE INDEX i4 ON t (s)',
      'CREATE UNIQUE INDEX i5 ON t ("lower(s)")',
    );

    expect(tables.get('t')?.uniqueKeys).toEqual([['a', 'b c'], ['u'], ['b c', 'a'], ['lower(s)']]);
    expect(
      tables
        .get('t')
        ?.columns.filter(({ nullable }) => !nullable)
        .map(({ name }) => name),
    ).toEqual(['b c', 'a']);
  });

  it('lists foreign keys, composite ones in order', async () => {
    const tables = await made(
      'CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b))',
      'CREATE TABLE c (x INT, y INT, FOREIGN KEY (y, x) REFERENCES p (a, b))',
    );

    expect(tables.get('c')?.foreignKeys).toEqual([
      { columns: ['y', 'x'], table: 'p', references: ['a', 'b'], enforced: true },
    ]);
  });

  it('lists views, and nothing of other schemas or of the system', async () => {
    const tables = await made(
      'CREATE TABLE t (a INT)',
      'CREATE VIEW v AS SELECT a * 1.5 AS b FROM t',
      'CREATE SCHEMA other',
      'CREATE TABLE other.hidden (a INT)',
    );

    expect([...tables.keys()]).toEqual(['t', 'v']);
    expect(tables.get('v')).toMatchObject({ uniqueKeys: [], foreignKeys: [] });
  });

  it('keeps hostile names as they are, and reads statistics by them', async () => {
    const names = ['a"b', "it's", 'x.y', 'semi; DROP TABLE t', '--', 'été 😀', '__proto__', 'SELECT'];
    const statements = names.map(
      (name) => `CREATE TABLE "${name.replaceAll('"', '""')}" AS SELECT 1 AS "${name.replaceAll('"', '""')}"`,
    );
    const tables = await made(...statements);
    const { tables: known } = await engine.statistics(names);

    expect([...tables.keys()].toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      expect(tables.get(name)?.columns[0]?.name).toBe(name);
      expect(known.get(name)?.columns.get(name)).toMatchObject({ distinct: 1 });
    }
  });

  it('is dropped by a schema change through the engine, and by no other statement', async () => {
    await made('CREATE TABLE t (a INT)');
    const before = await engine.catalog();
    await rowsOf(engine, 'INSERT INTO t VALUES (1)');
    const same = await engine.catalog();
    await rowsOf(engine, 'ALTER TABLE t ADD COLUMN b INT');
    const after = await engine.catalog();
    await rowsOf(engine, 'DROP TABLE t');

    expect(same).toBe(before);
    expect(after.version).not.toBe(before.version);
    expect(after.tables.get('t')?.columns).toHaveLength(2);
    expect((await engine.catalog()).tables.size).toBe(0);
  });

  it('notices a schema change made past the engine after catalogTtlMs', async () => {
    const clock = new FakeClock();
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const over = DuckDbEngine.over(instance, { catalogTtlMs: 60_000, now: clock.now });
    await over.catalog();
    await connection.run('CREATE TABLE t (a INT)');

    clock.advance(59_999);
    const early = (await over.catalog()).tables.size;
    clock.advance(1);
    const late = (await over.catalog()).tables.size;

    expect([early, late]).toEqual([0, 1]);
    await over[Symbol.asyncDispose]();
    expect((await connection.run('SELECT 1')).rowCount).toBe(1);
    connection.closeSync();
    instance.closeSync();
  });

  it('asks once for callers at the same time', async () => {
    const [a, b] = await Promise.all([engine.catalog(), engine.catalog()]);

    expect(a).toBe(b);
  });
});

describe('statistics', () => {
  const numbers =
    'CREATE TABLE n AS SELECT i, i % 7 AS m, CASE WHEN i % 4 = 0 THEN NULL ELSE i END AS h, {a: i} AS j FROM range(20000) r(i)';

  it('are exact when all rows are read', async () => {
    await made(numbers);
    const table = (await engine.statistics(['n'], { sampleRows: 20_000 })).tables.get('n');

    expect(table).toMatchObject({ rows: 20_000, sampledRows: 20_000 });
    expect(table?.columns.get('i')).toMatchObject({ nullFraction: 0, distinct: 20_000 });
    expect(table?.columns.get('m')?.commonValues).toHaveLength(7);
    expect(table?.columns.get('h')).toMatchObject({ nullFraction: 0.25, distinct: 15_000 });
    expect(table?.columns.get('j')).toEqual({ nullFraction: 0 });
  });

  it('of a sample come close, and are the same every time', async () => {
    await made(numbers);
    const [once, twice] = [
      await engine.statistics(['n'], { sampleRows: 2000 }),
      await engine.statistics(['n', 'n'], { sampleRows: 2000 }),
    ];
    const table = once.tables.get('n');

    expect(table).toMatchObject({ rows: 20_000, sampledRows: 2000 });
    expect(table?.columns.get('m')?.distinct).toBe(7);
    expect(table?.columns.get('h')?.nullFraction).toBeCloseTo(0.25, 1);
    expect(twice).toEqual(once);
  });

  it('refuse a table that the catalogue does not hold, and a sample of nothing', async () => {
    await expect(engine.statistics(['x" UNION SELECT 1'])).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_TABLE',
    });
    await expect(engine.statistics([], { sampleRows: 0 })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
