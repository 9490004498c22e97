import type { Parameter, QueryEngine, StructuredQuery } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { createOptimizer } from '@perf/optimizer';
import { readRows } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Rows = readonly (readonly unknown[])[];

async function run(engine: QueryEngine, text: string, parameters: readonly Parameter[] = []): Promise<Rows> {
  return readRows(await engine.execute({ dialect: engine.dialect, text, parameters }));
}

async function ask(engine: QueryEngine, query: StructuredQuery): Promise<Rows> {
  const catalog = await engine.catalog();
  return readRows(await engine.execute(createOptimizer({ catalog, dialect: engine.dialect }).compile(query)));
}

const open = (name: 'duckdb' | 'sqlite'): Promise<QueryEngine> =>
  name === 'duckdb' ? DuckDbEngine.open(':memory:') : SqliteEngine.open(':memory:');

describe.each(['duckdb', 'sqlite'] as const)('text of a column that folds case, on %s', (name) => {
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await open(name);
    const text = name === 'duckdb' ? 'VARCHAR' : 'TEXT';
    for (const statement of [
      `CREATE TABLE t (id INT NOT NULL PRIMARY KEY, s ${text} COLLATE NOCASE)`,
      "INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, 'b'), (4, 'B'), (5, NULL)",
      `CREATE TABLE u (k ${text} NOT NULL PRIMARY KEY, v INT)`,
      "INSERT INTO u VALUES ('a', 1), ('A', 2)",
      'CREATE VIEW w AS SELECT s AS x, id FROM t',
    ])
      await run(engine, statement);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  it.each(['t.s', 'w.x'])('is compared by code points: %s', async (field) => {
    const [from = '', column = ''] = field.split('.');
    const where = (operator: 'eq' | 'ne' | 'lt' | 'in' | 'between', value: unknown): Promise<Rows> =>
      ask(engine, {
        from,
        select: ['id'],
        where: { field: column, operator, value },
        orderBy: [{ field: 'id' }],
      });

    expect(await where('eq', 'a')).toEqual([[1]]);
    expect(await where('ne', 'a')).toEqual([[2], [3], [4]]);
    expect(await where('lt', 'a')).toEqual([[2], [4]]);
    expect(await where('in', ['A', 'b'])).toEqual([[2], [3]]);
    expect(await where('between', ['A', 'B'])).toEqual([[2], [4]]);
  });

  it.each(['t.s', 'w.x'])('is merged and ordered by code points: %s', async (field) => {
    const [from = '', column = ''] = field.split('.');
    const sorted = [['A'], ['B'], ['a'], ['b'], [null]];
    const select = [column];
    const orderBy = [{ field: column }];

    expect(await ask(engine, { from, select, orderBy })).toEqual(sorted);
    expect(await ask(engine, { from, select, orderBy, distinct: true })).toEqual(sorted);
    expect(await ask(engine, { from, select, orderBy, groupBy: [column] })).toEqual(sorted);
    expect(
      await ask(engine, {
        from,
        select: [
          { aggregate: 'min', field: column, as: 'least' },
          { aggregate: 'max', field: column, as: 'most' },
          { aggregate: 'countDistinct', field: column, as: 'n' },
        ],
      }),
    ).toEqual([['A', 'b', 4n]]);
    expect(
      await ask(engine, { from, select: ['id'], orderBy: [{ field: column }, { field: 'id' }], limit: 2 }),
    ).toEqual([[2], [4]]);
  });

  it('is joined by code points, from either side', async () => {
    const on = (left: string, right: string) => [{ left, right }];
    const order = [{ field: 't.id' }];

    expect(
      await ask(engine, {
        from: 't',
        select: ['t.id', 'u.v'],
        joins: [{ table: 'u', type: 'inner', on: on('t.s', 'u.k') }],
        orderBy: order,
      }),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(
      await ask(engine, {
        from: 'u',
        select: ['t.id', 'u.v'],
        joins: [{ table: 't', type: 'left', on: on('u.k', 't.s') }],
        orderBy: order,
      }),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('lower case', () => {
  const words = ['ΟΔΟΣ', 'İ', 'ẞ', 'École', 'Σ Σ'];
  const engines: QueryEngine[] = [];
  beforeAll(async () => {
    for (const name of ['duckdb', 'sqlite'] as const) {
      const engine = await open(name);
      await run(engine, 'CREATE TABLE t (s VARCHAR(9))');
      for (const word of words)
        await run(engine, `INSERT INTO t VALUES (${name === 'duckdb' ? '$1' : '?1'})`, [word]);
      engines.push(engine);
    }
  });
  afterAll(async () => {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
  });

  it('finds the same words on both engines when case does not count', async () => {
    const asked = [...words, 'οδοσ', 'οδος', 'i', 'i\u0307', 'ß', 'éCOLE', 'σ σ'];
    const found = await Promise.all(
      engines.map((engine) =>
        Promise.all(
          asked.map((value) =>
            ask(engine, {
              from: 't',
              select: ['s'],
              where: { field: 's', operator: 'eq', value, caseSensitive: false },
            }),
          ),
        ),
      ),
    );

    expect(found[1]).toEqual(found[0]);
    expect(found[0]?.[asked.indexOf('οδοσ')]).toEqual([['ΟΔΟΣ']]);
  });

  it('of every code point is the same on both engines, or one that DuckDB does not know yet', async () => {
    const ranges = 'range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343';
    const numbers =
      'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 1114111) SELECT i, perf_lower(char(i)) FROM t WHERE i NOT BETWEEN 55296 AND 57343 AND perf_lower(char(i)) <> char(i)';
    const [duckdb, sqlite] = engines;
    if (duckdb === undefined || sqlite === undefined) throw new RangeError('no engines');
    const changed = `SELECT i, lower(chr(i::INTEGER)) AS l FROM ${ranges} AND lower(chr(i::INTEGER)) <> chr(i::INTEGER)`;
    const expected = new Map(
      (await run(duckdb, changed)).map(([sign, lower]) => [Number(sign), String(lower)]),
    );
    const actual = new Map(
      (await run(sqlite, numbers)).map(([sign, lower]) => [Number(sign), String(lower)]),
    );

    expect(expected.size).toBeGreaterThan(1300);
    for (const [sign, lower] of expected) expect([sign, actual.get(sign)]).toEqual([sign, lower]);
    // Letters of Unicode 15 and later.
    expect([...actual.keys()].filter((sign) => !expected.has(sign)).length).toBeLessThan(100);
  }, 30_000);
});

describe('instants that SQLite holds in several forms', () => {
  const forms = ['2020-01-01 00:00:00', '2020-01-01T00:00:00Z', '2020-01-01 00:00:00.000'];
  const halves = ['2020-01-01 00:00:00.500', '2020-01-01T00:00:00.5Z'];
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await open('sqlite');
    await run(engine, 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, ts TIMESTAMP(3))');
    await run(engine, 'CREATE INDEX by_ts ON t (ts)');
    await run(engine, 'CREATE TABLE k (ts TIMESTAMP NOT NULL PRIMARY KEY)');
    for (const [i, form] of [...forms, ...halves].entries())
      await run(engine, 'INSERT INTO t VALUES (?1, ?2)', [i, form]);
    await run(engine, 'INSERT INTO t VALUES (9, NULL)');
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const zero = '2020-01-01T00:00:00Z';
  const half = '2020-01-01T00:00:00.500Z';
  const ids = async (where: StructuredQuery['where']): Promise<readonly unknown[]> =>
    (
      await ask(engine, {
        from: 't',
        select: ['id'],
        ...(where ? { where } : {}),
        orderBy: [{ field: 'id' }],
      })
    ).flat();

  it('are the same instant to every comparison', async () => {
    const field = 'ts';

    expect(await ids({ field, operator: 'eq', value: half })).toEqual([3, 4]);
    expect(await ids({ field, operator: 'ne', value: half })).toEqual([0, 1, 2]);
    expect(await ids({ field, operator: 'lte', value: zero })).toEqual([0, 1, 2]);
    expect(await ids({ field, operator: 'lt', value: zero })).toEqual([]);
    expect(await ids({ field, operator: 'gt', value: zero })).toEqual([3, 4]);
    expect(await ids({ field, operator: 'gte', value: half })).toEqual([3, 4]);
    expect(await ids({ field, operator: 'between', value: [zero, half] })).toEqual([0, 1, 2, 3, 4]);
    expect(await ids({ field, operator: 'in', value: [half] })).toEqual([3, 4]);
    expect(await ids({ not: { field, operator: 'gt', value: zero } })).toEqual([0, 1, 2]);
    expect(await ids({ field, operator: 'isNull' })).toEqual([9]);
  });

  it('are merged and ordered as instants', async () => {
    const instants = [[new Date(zero)], [new Date(half)], [null]];
    const select = ['ts'];
    const orderBy = [{ field: 'ts' }];
    const counted = {
      from: 't',
      select: [
        { aggregate: 'countDistinct', field: 'ts', as: 'n' },
        { aggregate: 'max', field: 'ts', as: 'last' },
      ],
    } as const;

    expect(await ask(engine, { from: 't', select, orderBy, distinct: true })).toEqual(instants);
    expect(await ask(engine, { from: 't', select, orderBy, groupBy: ['ts'] })).toEqual(instants);
    expect(await ask(engine, counted)).toEqual([[2n, new Date(half)]]);
    expect(
      await ask(engine, { ...counted, having: { field: 'last', operator: 'eq', value: half } }),
    ).toHaveLength(1);
    expect(
      await ask(engine, {
        from: 't',
        select: ['id'],
        orderBy: [{ field: 'ts' }, { field: 'id' }],
        after: [zero, 1],
      }),
    ).toEqual([[2], [3], [4], [9]]);
  });

  it('make no unique key, as SQLite keeps texts apart', async () => {
    const { tables } = await engine.catalog();

    expect([tables.get('k')?.uniqueKeys, tables.get('k')?.columns[0]?.nullable]).toEqual([[], false]);
    expect(tables.get('t')?.uniqueKeys).toEqual([['id']]);
  });

  it('are found by an index', async () => {
    const optimizer = createOptimizer({ catalog: await engine.catalog(), dialect: 'sqlite' });
    const plan = async (operator: 'eq' | 'gte' | 'between', value: unknown): Promise<string> =>
      JSON.stringify(
        await engine.explain(optimizer.compile({ from: 't', where: { field: 'ts', operator, value } })),
      );

    expect(await plan('eq', half)).toContain('by_ts');
    expect(await plan('gte', half)).toContain('by_ts');
    expect(await plan('between', [zero, half])).toContain('by_ts');
  });
});

describe('a condition of a thousand members', () => {
  it.each(['duckdb', 'sqlite'] as const)(
    'is answered by %s',
    async (name) => {
      await using engine = await open(name);
      await run(engine, 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, s VARCHAR(9))');
      await run(engine, "INSERT INTO t VALUES (7, 'y'), (2000, 'y')");
      const or = Array.from(
        { length: 1000 },
        (_, value) => ({ field: 'id', operator: 'eq', value }) as const,
      );
      const and = Array.from(
        { length: 1000 },
        (_, i) => ({ field: 's', operator: 'notContains', value: `x${i}` }) as const,
      );

      expect(await ask(engine, { from: 't', select: ['id'], where: { or } })).toEqual([[7]]);
      expect(await ask(engine, { from: 't', select: ['id'], where: { and } })).toHaveLength(2);
    },
    30_000,
  );
});

describe('a long chain of conditions', () => {
  it('stays flat up to eight members, and keeps their order and number beyond', () => {
    const table = {
      name: 't',
      columns: [{ name: 'id', type: { kind: 'int32' }, nullable: false } as const],
      uniqueKeys: [],
      foreignKeys: [],
    };
    const optimizer = createOptimizer({
      catalog: { version: '1', tables: new Map([['t', table]]) },
      dialect: 'duckdb',
    });

    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), (length) => {
        const or = Array.from({ length }, (_, value) => ({ field: 'id', operator: 'eq', value }) as const);
        const { text, parameters } = optimizer.compile({ from: 't', where: { or } });
        const condition = text.replace(/^.* WHERE /, '');

        expect(parameters).toEqual(or.map(({ value }) => value));
        expect(condition.replaceAll(/[()]/g, '').split(' OR ')).toEqual(
          or.map((_, i) => `"t"."id" = $${i + 1}`),
        );
        expect(condition.includes('(')).toBe(length > 8);
      }),
    );
  });
});
