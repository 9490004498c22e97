import { DatabaseSync } from 'node:sqlite';
import type { CatalogTable, ExecutionPlan } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf, sql, temporaryFolder } from './open.ts';

let engine: SqliteEngine;
beforeEach(async () => {
  engine = await SqliteEngine.open(':memory:');
});
afterEach(() => engine[Symbol.asyncDispose]());

async function made(...statements: string[]): Promise<ReadonlyMap<string, CatalogTable>> {
  for (const text of statements) await rowsOf(engine, text);
  return (await engine.catalog()).tables;
}

const required = (table: CatalogTable | undefined): unknown =>
  table?.columns.filter(({ nullable }) => !nullable).map(({ name }) => name);

describe('catalog', () => {
  it.each<[string, readonly (readonly string[])[], readonly string[]]>([
    ['CREATE TABLE t (a INTEGER PRIMARY KEY, b INT)', [['a']], ['a']],
    ['CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b INT)', [], []],
    ['CREATE TABLE t (a TEXT PRIMARY KEY, b INT)', [], []],
    ['CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY, b INT)', [['a']], ['a']],
    ['CREATE TABLE t (a TEXT PRIMARY KEY, b INT) WITHOUT ROWID', [['a']], ['a']],
    ['CREATE TABLE t (a TEXT PRIMARY KEY, b INT) STRICT', [['a']], ['a']],
    ['CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))', [], []],
    ['CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (b, a))', [['b', 'a']], ['a', 'b']],
    ['CREATE TABLE t (a INT UNIQUE, b INT NOT NULL)', [['a']], ['b']],
  ])('claims of %s what SQLite enforces', async (text, keys, columns) => {
    const table = (await made(text)).get('t');

    expect(table?.uniqueKeys).toEqual(keys);
    expect(required(table)).toEqual(columns);
  });

  it('tells text that does not compare by bytes, in tables and views', async () => {
    const tables = await made(
      'CREATE TABLE t (a TEXT, b TEXT COLLATE NOCASE, "c ""d" VARCHAR(9) COLLATE RTRIM, e COLLATE NOCASE, f TEXT COLLATE BINARY, g INT)',
      'CREATE INDEX i ON t (b)',
      'CREATE VIEW v AS SELECT b AS x, a AS y, lower(b) AS z FROM t GROUP BY a',
    );

    const types = [...tables.values()].map(({ columns }) =>
      columns.map(({ name, engineType }) => [name, engineType]),
    );
    expect(types).toEqual([
      [
        ['a', undefined],
        ['b', 'TEXT COLLATE NOCASE'],
        ['c "d', 'VARCHAR(9) COLLATE RTRIM'],
        ['e', 'COLLATE NOCASE'],
        ['f', undefined],
        ['g', undefined],
      ],
      [
        ['x', 'TEXT COLLATE NOCASE'],
        ['y', undefined],
        ['z', undefined],
      ],
    ]);
  });

  it('does not call a foreign key enforced where SQLite compares it by another collation', async () => {
    const tables = await made(
      'CREATE TABLE p (a TEXT NOT NULL COLLATE NOCASE PRIMARY KEY)',
      'CREATE TABLE c (a TEXT REFERENCES p)',
    );

    expect(tables.get('c')?.foreignKeys[0]?.enforced).toBe(false);
  });

  it('lists unique indexes on columns alone, whole ones only', async () => {
    const tables = await made(
      'CREATE TABLE t (a INT, "b c" INT, s TEXT)',
      'CREATE UNIQUE INDEX i1 ON t ("b c", a)',
      'CREATE UNIQUE INDEX i2 ON t (lower(s))',
      'CREATE UNIQUE INDEX i3 ON t (a) WHERE a > 5',
      'CREATE INDEX i4 ON t (s)',
    );

    expect(tables.get('t')?.uniqueKeys).toEqual([['b c', 'a']]);
  });

  it('names foreign keys as the other table declares itself', async () => {
    const tables = await made(
      'CREATE TABLE Airport (Iata TEXT NOT NULL PRIMARY KEY)',
      'CREATE TABLE f (origin TEXT REFERENCES airport, destination TEXT REFERENCES AIRPORT (IATA), x INT REFERENCES missing (y))',
    );

    expect(tables.get('f')?.foreignKeys).toEqual([
      { columns: ['origin'], table: 'Airport', references: ['Iata'], enforced: true },
      { columns: ['destination'], table: 'Airport', references: ['Iata'], enforced: true },
    ]);
  });

  it('does not call the foreign keys of a file enforced: other programs write without them', async () => {
    await using folder = await temporaryFolder();
    await using onFile = await SqliteEngine.open(folder.file('a.db'));
    await rowsOf(onFile, 'CREATE TABLE p (a INTEGER PRIMARY KEY)');
    await rowsOf(onFile, 'CREATE TABLE c (a INT REFERENCES p)');

    expect((await onFile.catalog()).tables.get('c')?.foreignKeys[0]?.enforced).toBe(false);
  });

  it('calls the foreign keys of a file enforced on the word of the caller, while every row keeps them', async () => {
    await using folder = await temporaryFolder();
    const file = folder.file('a.db');
    const other = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    other.exec('CREATE TABLE p (a INTEGER PRIMARY KEY); CREATE TABLE c (a INT REFERENCES p)');
    await using onFile = await SqliteEngine.open(file, { foreignKeysHold: true });
    const isEnforced = async (): Promise<boolean | undefined> =>
      (await onFile.catalog()).tables.get('c')?.foreignKeys[0]?.enforced;

    expect(await isEnforced()).toBe(true);
    other.exec('INSERT INTO c VALUES (1); CREATE TABLE later (a INT)');
    other.close();
    expect(await isEnforced()).toBe(false);
  });

  it('lists views, and leaves out those that no longer work', async () => {
    const tables = await made(
      'CREATE TABLE t (a INT)',
      'CREATE VIEW v AS SELECT a FROM t',
      'CREATE VIEW broken AS SELECT a FROM gone',
    );

    expect([...tables.keys()]).toEqual(['t', 'v']);
    expect(tables.get('v')).toMatchObject({ uniqueKeys: [], foreignKeys: [] });
  });

  it('keeps hostile names, and reads statistics and plans by them', async () => {
    const names = [
      'a"b',
      "it's",
      'x.y',
      'semi; DROP TABLE t',
      '--',
      'été 😀',
      '__proto__',
      'SELECT',
      'sqliteish',
      'my table',
    ];
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    const tables = await made(
      ...names.map((name) => `CREATE TABLE ${quoted(name)} AS SELECT 1 AS ${quoted(name)}`),
    );
    const known = await engine.statistics(names);

    expect(new Set(tables.keys())).toEqual(new Set(names));
    for (const name of names) {
      expect(tables.get(name)?.columns[0]?.name).toBe(name);
      expect(known.tables.get(name)?.rows).toBe(1);
      expect((await engine.explain(sql(`SELECT * FROM ${quoted(name)}`))).children[0]?.table).toBe(name);
    }
  });

  it('follows changes made by another connection', async () => {
    await using folder = await temporaryFolder();
    await using onFile = await SqliteEngine.open(folder.file('a.db'));
    const before = await onFile.catalog();
    const other = new DatabaseSync(folder.file('a.db'));
    other.exec('CREATE TABLE t (a INT)');
    other.close();
    const after = await onFile.catalog();

    expect([before.tables.size, after.tables.size]).toEqual([0, 1]);
    expect(after.version).not.toBe(before.version);
    expect(await onFile.catalog()).toBe(after);
  });
});

describe('statistics', () => {
  const rows = 'WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 19999)';

  it('are exact when all rows are read', async () => {
    await made(
      'CREATE TABLE n (i INTEGER, m INT, h INT)',
      `INSERT INTO n ${rows} SELECT i, i % 7, CASE WHEN i % 4 THEN i END FROM r`,
    );
    const table = (await engine.statistics(['n'], { sampleRows: 20_000 })).tables.get('n');

    expect(table).toMatchObject({ rows: 20_000, sampledRows: 20_000 });
    expect(table?.columns.get('i')).toMatchObject({ nullFraction: 0, distinct: 20_000 });
    expect(table?.columns.get('m')?.commonValues).toHaveLength(7);
    expect(table?.columns.get('h')).toMatchObject({ nullFraction: 0.25, distinct: 15_000 });
  });

  it('of a sample come close', async () => {
    await made('CREATE TABLE n (i INTEGER, m INT)', `INSERT INTO n ${rows} SELECT i, i % 7 FROM r`);
    const table = (await engine.statistics(['n'], { sampleRows: 2000 })).tables.get('n');

    expect(table?.sampledRows).toBeGreaterThan(1500);
    expect(table?.sampledRows).toBeLessThan(2500);
    expect(table?.columns.get('m')?.distinct).toBe(7);
    expect(Number(table?.columns.get('i')?.distinct)).toBeGreaterThan(15_000);
  });

  it('refuse what the catalogue does not hold', async () => {
    await expect(engine.statistics(['x" UNION SELECT 1'])).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_TABLE',
    });
  });
});

describe('explain', () => {
  const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];

  it('gives the tree in the words of the project, without literals', async () => {
    await made('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)', 'CREATE TABLE u (a INT, c TEXT)');
    const text = "SELECT DISTINCT t.b FROM u LEFT JOIN t ON t.a = u.a WHERE u.c <> 'SECRET' ORDER BY u.c";
    const found = nodes(await engine.explain(sql(text)));

    expect(
      found.map(({ operator, table }) => (table === undefined ? operator : `${operator} ${table}`)),
    ).toEqual(['query', 'scan u', 'search t', 'aggregate', 'sort']);
    expect(JSON.stringify(found)).not.toContain('SECRET');
  });

  it('names no table where none is read', async () => {
    const found = [
      ...nodes(await engine.explain(sql('SELECT 1'))),
      ...nodes(await engine.explain(sql('SELECT * FROM (VALUES (1), (2))'))),
    ];

    expect(found.map(({ operator, table }) => [operator, table])).toEqual([
      ['query', undefined],
      ['scan', undefined],
      ['query', undefined],
      ['scan', undefined],
    ]);
  });

  it('has rows and time at the root with analyze, and runs only what reads', async () => {
    await made('CREATE TABLE t (a INTEGER PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)');
    const plan = await engine.explain(sql('SELECT a FROM t WHERE a > ?1', [1]), { analyze: true });

    expect(plan).toMatchObject({ operator: 'query', actualRows: 1, loops: 1 });
    expect(plan.totalMs).toBeGreaterThanOrEqual(0);
    for (const text of ['DELETE FROM t', 'WITH x AS (SELECT 1) DELETE FROM t', 'DROP TABLE t', 'VACUUM'])
      await expect(engine.explain(sql(text), { analyze: true })).rejects.toMatchObject({
        code: 'ERR_PERF_UNSUPPORTED',
      });
    expect(await rowsOf(engine, 'SELECT count(*) FROM t')).toEqual([[2n]]);
  });
});
