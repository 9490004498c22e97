import type { Catalog, ColumnStatistics, QueryStatistics, StructuredQuery } from '@perf/contracts';
import { sampleStatistics } from '@perf/contracts';
import type { OptimizerOptions } from '@perf/optimizer';
import { SELECTIVITY_DEFAULTS, createOptimizer, renderPlan } from '@perf/optimizer';
import { catalogFixture } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

const NOTHING_KNOWN: QueryStatistics = { tables: new Map() };
const ROWS = 10_000;

/** Flights of which the given columns are known. */
function known(columns: Readonly<Record<string, ColumnStatistics>>): QueryStatistics {
  return {
    tables: new Map([
      ['flights', { rows: ROWS, sampledRows: ROWS, columns: new Map(Object.entries(columns)) }],
    ]),
  };
}

function optimize(
  query: StructuredQuery,
  statistics = NOTHING_KNOWN,
  options: Partial<OptimizerOptions> = {},
) {
  return createOptimizer({ catalog: catalogFixture, dialect: 'duckdb', ...options }).optimizeQuery(
    query,
    statistics,
  );
}

const delays = Array.from({ length: ROWS }, (_, i) => (i % 10 === 0 ? null : i % 100));
const rowsWhere = (where: StructuredQuery['where'], statistics: QueryStatistics): number =>
  Math.round(
    optimize({ from: 'flights', ...(where === undefined ? {} : { where }) }, statistics).estimatedRows,
  );

describe('selectivity', () => {
  const statistics = known({ delay: sampleStatistics({ kind: 'int32' }, delays, ROWS) });
  const actual = (test: (delay: number) => boolean): number =>
    delays.filter((delay) => delay !== null && test(delay)).length;

  it.each([
    ['eq', 7, (d: number) => d === 7],
    ['ne', 7, (d: number) => d !== 7],
    ['lt', 30, (d: number) => d < 30],
    ['gte', 85, (d: number) => d >= 85],
    ['in', [1, 2, 3, 1], (d: number) => d >= 1 && d <= 3],
    ['notIn', [1, 2, 3], (d: number) => d < 1 || d > 3],
    ['between', [40, 59], (d: number) => d >= 40 && d <= 59],
  ] as const)('comes from statistics for %s', (operator, value, test) => {
    const estimated = rowsWhere({ field: 'delay', operator, value }, statistics);

    expect(Math.abs(estimated - actual(test))).toBeLessThan(ROWS * 0.03);
  });

  it('counts nulls where they are asked for, and nowhere else', () => {
    expect(rowsWhere({ field: 'delay', operator: 'isNull' }, statistics)).toBe(1000);
    expect(rowsWhere({ field: 'delay', operator: 'isNotNull' }, statistics)).toBe(9000);
    expect(rowsWhere({ field: 'delay', operator: 'gte', value: -5 }, statistics)).toBe(9000);
  });

  it('falls back to the founding numbers', () => {
    expect(rowsWhere({ field: 'delay', operator: 'eq', value: 1 }, known({}))).toBe(
      ROWS / SELECTIVITY_DEFAULTS.distinct,
    );
    expect(rowsWhere({ field: 'delay', operator: 'between', value: [1, 2] }, known({}))).toBe(
      ROWS * SELECTIVITY_DEFAULTS.range,
    );
    expect(rowsWhere({ field: 'origin', operator: 'contains', value: 'x' }, known({}))).toBe(
      ROWS * SELECTIVITY_DEFAULTS.other,
    );
  });

  it('tries text conditions on the values that are known', () => {
    const codes = Array.from({ length: ROWS }, (_, i) => `${i % 4 === 0 ? 'S' : 'L'}${i % 50}`);
    const text = known({ origin: sampleStatistics({ kind: 'utf8' }, codes, ROWS) });

    expect(rowsWhere({ field: 'origin', operator: 'startsWith', value: 'S' }, text)).toBeCloseTo(2500, -3);
    expect(rowsWhere({ field: 'origin', operator: 'endsWith', value: '7' }, text) / ROWS).toBeCloseTo(
      codes.filter((code) => code.endsWith('7')).length / ROWS,
      1,
    );
  });

  it('never matches a pattern of the caller on its own thread', () => {
    const codes = Array.from({ length: ROWS }, () => `${'a'.repeat(40)}b`);
    const text = known({ origin: sampleStatistics({ kind: 'utf8' }, codes, ROWS) });

    expect(rowsWhere({ field: 'origin', operator: 'regex', value: 'a*a*a*a*a*a*c' }, text)).toBe(
      ROWS * SELECTIVITY_DEFAULTS.other,
    );
  });

  it('multiplies over and, adds up over or, and turns around under not', () => {
    const half = { field: 'delay', operator: 'isNotNull' } as const;
    const few = { field: 'delay', operator: 'isNull' } as const;

    expect(rowsWhere({ and: [half, few] }, statistics)).toBe(900);
    expect(rowsWhere({ or: [half, few] }, statistics)).toBe(9100);
    expect(rowsWhere({ not: few }, statistics)).toBe(9000);
  });
});

describe('filter-order', () => {
  const pattern = { field: 'notes', operator: 'isNotNull' } as const;
  const dear = { field: 'destination', operator: 'regex', value: 'a+b' } as const;
  const cheap = { field: 'delay', operator: 'eq', value: 3 } as const;

  it('puts cheap and decisive filters first, at every depth', () => {
    const { query, rewrites } = optimize({
      from: 'flights',
      where: { or: [{ and: [dear, cheap] }, pattern] },
    });

    expect(query.where).toEqual({ or: [pattern, { and: [cheap, dear] }] });
    expect(rewrites).toEqual([expect.objectContaining({ rule: 'filter-order' })]);
    expect(rewrites[0]?.estimatedGain).toBeGreaterThan(1);
  });

  it('changes nothing where the order is right already', () => {
    const query: StructuredQuery = { from: 'flights', where: { and: [cheap, dear] } };
    const optimized = optimize(query);

    expect(optimized.rewrites).toEqual([]);
    expect(optimized.query).toEqual(query);
    expect(optimized.statement).toEqual(
      createOptimizer({ catalog: catalogFixture, dialect: 'duckdb' }).compile(query),
    );
  });

  it('tells no literal in its reason or plan', () => {
    const { rewrites, plan } = optimize({
      from: 'flights',
      where: { and: [{ ...dear, value: 'needle' }, cheap] },
    });

    expect(JSON.stringify({ rewrites, plan })).not.toContain('needle');
  });

  it('is left out when it is disabled', () => {
    expect(
      optimize({ from: 'flights', where: { and: [dear, cheap] } }, NOTHING_KNOWN, {
        disable: ['filter-order'],
      }).rewrites,
    ).toEqual([]);
  });
});

describe('unused-left-join', () => {
  const join = {
    table: 'airports',
    as: 'a',
    type: 'left',
    on: [{ left: 'origin', right: 'a.iata' }],
  } as const;
  const base: StructuredQuery = { from: 'flights', select: ['id'], joins: [join] };

  it('drops a left join on a unique key of which nothing is used', () => {
    const { query, rewrites } = optimize(base);

    expect(query).toEqual({ from: 'flights', select: ['id'] });
    expect(rewrites.map(({ rule }) => rule)).toEqual(['unused-left-join']);
  });

  it('drops a chain of them from its end', () => {
    const second = {
      table: 'airports',
      as: 'b',
      type: 'left',
      on: [{ left: 'a.name', right: 'b.iata' }],
    } as const;

    expect(optimize({ ...base, joins: [join, second] }).query.joins).toBeUndefined();
  });

  it.each<[string, StructuredQuery]>([
    ['an inner join, which may drop rows', { ...base, joins: [{ ...join, type: 'inner' }] }],
    [
      'a join on columns that are not unique, which may repeat rows',
      { ...base, joins: [{ ...join, on: [{ left: 'origin', right: 'a.state' }] }] },
    ],
    ['a join whose column is selected', { ...base, select: ['id', 'a.state'] }],
    [
      'a join whose column is filtered',
      { ...base, where: { not: { or: [{ field: 'a.state', operator: 'isNull' }] } } },
    ],
    ['a join whose column orders', { ...base, orderBy: [{ field: 'a.state' }] }],
    [
      'a join on whose column another join stands',
      {
        ...base,
        select: ['flights.id', 'c.name'],
        joins: [
          join,
          { table: 'carriers', as: 'c', type: 'inner', on: [{ left: 'a.name', right: 'c.name' }] },
        ],
      },
    ],
    ['any join where all columns are selected', { from: 'flights', joins: [join] }],
  ])('keeps %s', (_, query) => {
    expect(optimize(query).query.joins).toEqual(query.joins);
  });
});

describe('redundant-distinct', () => {
  it.each<[string, StructuredQuery]>([
    ['a unique key is selected', { from: 'flights', select: ['id', 'origin'], distinct: true }],
    [
      'the joined table adds one row at most',
      {
        from: 'flights',
        select: ['id', 'airports.state'],
        distinct: true,
        joins: [{ table: 'airports', type: 'inner', on: [{ left: 'origin', right: 'iata' }] }],
      },
    ],
    [
      'every group key is selected',
      {
        from: 'flights',
        select: ['origin', { aggregate: 'count', as: 'n' }],
        groupBy: ['origin'],
        distinct: true,
      },
    ],
  ])('drops DISTINCT where %s', (_, query) => {
    expect(optimize(query).query.distinct).toBeUndefined();
    expect(optimize(query).rewrites.map(({ rule }) => rule)).toEqual(['redundant-distinct']);
  });

  it.each<[string, StructuredQuery]>([
    ['no unique key is selected', { from: 'flights', select: ['origin'], distinct: true }],
    [
      'a joined table may repeat rows',
      {
        from: 'flights',
        select: ['id', 'airports.state'],
        distinct: true,
        joins: [{ table: 'airports', type: 'inner', on: [{ left: 'origin', right: 'state' }] }],
      },
    ],
    [
      'a group key is missing',
      { from: 'flights', select: ['origin'], groupBy: ['origin', 'destination'], distinct: true },
    ],
  ])('keeps DISTINCT where %s', (_, query) => {
    expect(optimize(query).query.distinct).toBe(true);
  });
});

describe('a unique key with a nullable column', () => {
  const code = (nullable: boolean): Catalog => ({
    version: '1',
    tables: new Map([
      [
        't',
        {
          name: 't',
          columns: [{ name: 'code', type: { kind: 'utf8' }, nullable }],
          uniqueKeys: [['code']],
          foreignKeys: [],
        },
      ],
    ]),
  });

  it('does not prove that DISTINCT is needless, as null may repeat', () => {
    const query: StructuredQuery = { from: 't', select: ['code'], distinct: true };

    expect(optimize(query, NOTHING_KNOWN, { catalog: code(true) }).query.distinct).toBe(true);
    expect(optimize(query, NOTHING_KNOWN, { catalog: code(false) }).query.distinct).toBeUndefined();
  });
});

describe('rowLimit', () => {
  const limited = (query: StructuredQuery) => optimize(query, NOTHING_KNOWN, { rowLimit: 100 });

  it('cuts answers without groups, and says so', () => {
    expect(limited({ from: 'flights' })).toMatchObject({ query: { limit: 100 }, truncated: { limit: 100 } });
    expect(limited({ from: 'flights', limit: 500 })).toMatchObject({
      query: { limit: 100 },
      truncated: { limit: 100 },
    });
  });

  it('leaves grouped and already limited answers alone', () => {
    expect(limited({ from: 'flights', limit: 100 }).truncated).toBeUndefined();
    expect(
      limited({ from: 'flights', select: [{ aggregate: 'count', as: 'n' }] }).query.limit,
    ).toBeUndefined();
    expect(limited({ from: 'flights', select: ['origin'], groupBy: ['origin'] }).truncated).toBeUndefined();
  });

  it('is off unless it is asked for, and is part of what answers depend on', () => {
    expect(optimize({ from: 'flights' }).query.limit).toBeUndefined();
    expect(
      createOptimizer({ catalog: catalogFixture, dialect: 'sqlite', rowLimit: 7 }).answerOptions,
    ).toEqual({ rowLimit: 7 });
    expect(
      createOptimizer({ catalog: catalogFixture, dialect: 'sqlite', rowLimit: 7 }).compile({
        from: 'flights',
      }).parameters,
    ).toEqual([7]);
    expect(() => createOptimizer({ catalog: catalogFixture, dialect: 'sqlite', rowLimit: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('plans', () => {
  const query: StructuredQuery = {
    from: 'flights',
    as: 'f',
    select: ['a.state', { aggregate: 'count', as: 'n' }],
    joins: [{ table: 'airports', as: 'a', type: 'inner', on: [{ left: 'f.origin', right: 'a.iata' }] }],
    where: {
      and: [
        { field: 'f.delay', operator: 'gt', value: 12345 },
        {
          or: [
            { field: 'a.name', operator: 'contains', value: 'x', caseSensitive: false },
            { not: { field: 'a.state', operator: 'in', value: ['CA', 'NY', 'TX', 'WA'] } },
          ],
        },
      ],
    },
    groupBy: ['a.state'],
    having: { field: 'n', operator: 'gt', value: 10 },
    orderBy: [{ field: 'n', direction: 'desc' }, { field: 'a.state' }],
    limit: 5,
    offset: 10,
  };

  it('name every step, from the last to the first, without literals', () => {
    const plan = createOptimizer({ catalog: catalogFixture, dialect: 'duckdb' }).generateExecutionPlan(query);

    expect(renderPlan(plan)).toMatchInlineSnapshot(`
      "limit 5 rows, skip 10
      └─ sort count(*) desc, a.state
         └─ project state, n
            └─ filter count(*) gt ?
               └─ aggregate by a.state
                  └─ filter f.delay gt ? AND (a.name contains ? (any case) OR (NOT (a.state in ? × 4)))
                     └─ join inner on f.origin = a.iata
                        ├─ scan flights as f
                        └─ scan airports as a"
    `);
  });

  it('carry estimates when statistics were given', () => {
    const { plan, estimatedRows, estimatedCost } = optimize(query, known({}));

    expect(renderPlan(plan)).toContain('scan flights as f  ~10,000 rows');
    expect(estimatedRows).toBeLessThanOrEqual(5);
    expect(estimatedCost).toBeGreaterThan(ROWS);
  });

  it('render times and actual rows where they are known', () => {
    const text = renderPlan({
      operator: 'limit',
      detail: '',
      actualRows: 12_345,
      selfMs: 1.5,
      children: [
        { operator: 'scan', table: 't', detail: '', estimatedRows: 9, children: [] },
        { operator: 'scan', table: 'u', detail: 'x', children: [] },
      ],
    });

    expect(text).toBe('limit  12,345 actual  1.50 ms\n├─ scan t  ~9 rows\n└─ scan u x');
  });
});
