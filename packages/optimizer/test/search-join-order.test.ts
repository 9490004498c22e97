import type { Catalog, CatalogTable, QueryStatistics } from '@perf/contracts';
import type { OptimizedSql, OptimizeSqlOptions } from '@perf/optimizer';
import { optimizeSql } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const COUNT = 14;

/** Tables `t0` and so on: a key, a reference, a kind that 1 in 100 rows has, a number with a fraction. */
const catalog: Catalog = {
  version: '1',
  tables: new Map(
    Array.from({ length: COUNT }, (_, i): [string, CatalogTable] => [
      `t${i}`,
      {
        name: `t${i}`,
        columns: [
          ...['id', 'ref', 'kind'].map((name) => ({
            name,
            type: { kind: 'int32' as const },
            nullable: false,
          })),
          { name: 'share', type: { kind: 'float64' }, nullable: false },
        ],
        uniqueKeys: [['id']],
        foreignKeys: [],
      },
    ]),
  ),
};
const statistics: QueryStatistics = {
  tables: new Map(
    [...catalog.tables.keys()].map((name, i) => {
      const rows = i === 0 ? 1_000_000 : 10_000;
      const columns = new Map([
        ['id', { nullFraction: 0, distinct: rows }],
        ['ref', { nullFraction: 0, distinct: 10_000 }],
        ['kind', { nullFraction: 0, distinct: 100 }],
      ]);
      return [name, { rows, sampledRows: rows, columns }];
    }),
  ),
};

function optimized(sql: string, options: Partial<OptimizeSqlOptions> = {}): OptimizedSql {
  const found = optimizeSql(sql, { dialect: 'postgres', catalog, statistics, ...options });
  expect(found.unread).toBeUndefined();
  return found;
}

function fired({ rewrites }: OptimizedSql): boolean {
  return rewrites.some(({ rule }) => rule === 'join-order');
}

/** `t0 JOIN t1 ON … JOIN …`, each joined by its key with the big first one. */
function star(count: number, other: Readonly<Record<number, string>> = {}): string {
  const joins = Array.from(
    { length: count - 1 },
    (_, i) => other[i + 1] ?? `JOIN t${i + 1} ON t${i + 1}.id = t0.ref`,
  );
  return `t0 ${joins.join(' ')}`;
}

describe('the order of joins', () => {
  it('puts what is filtered first, where the engine would come to it last', () => {
    const { text, rewrites } = optimized(`SELECT t0.kind FROM ${star(12)} WHERE t11.kind = 1`);

    expect(rewrites.map(({ rule }) => rule)).toContain('join-order');
    const names = [...text.matchAll(/(?:FROM|JOIN) \(*(t\d+)/g)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 12 }, (_, i) => `t${i}`)));
    expect(names.indexOf('t11')).toBeLessThan(2);
  });

  it('leaves up to eight tables, and what commas part, to the engine', () => {
    const list = Array.from({ length: 11 }, (_, i) => `t${i}`).join(', ');
    const on = Array.from({ length: 10 }, (_, i) => `t${i + 1}.id = t0.ref`).join(' AND ');

    expect(fired(optimized(`SELECT t0.kind FROM ${star(8)} WHERE t7.kind = 1`))).toBe(false);
    expect(fired(optimized(`SELECT t0.kind FROM ${list} WHERE ${on} AND t10.kind = 1`))).toBe(false);
  });

  it('prints what commas part with commas, so that the engine still orders it', () => {
    const { text } = optimized(
      'SELECT t0.kind FROM t0, t1 JOIN t2 ON t2.id = t1.ref WHERE t1.id = t0.ref AND t0.kind + 1 = 3',
      { gate: 'none' },
    );

    expect(text).toContain('FROM t0, t1 JOIN t2 ON t2.id = t1.ref WHERE');
  });

  it.each(['sqlite', 'mysql', 'duckdb'] as const)('leaves %s alone, which orders more tables', (dialect) => {
    expect(fired(optimized(`SELECT t0.kind FROM ${star(12)} WHERE t11.kind = 1`, { dialect }))).toBe(false);
  });

  it('keeps the columns of * in their order', () => {
    const { text } = optimized(`SELECT * FROM ${star(10)} WHERE t9.kind = 1`);

    const shown = [...text.slice(0, text.indexOf(' FROM ')).matchAll(/(t\d)\.id/g)].map(([, name]) => name);
    expect(shown).toEqual(Array.from({ length: 10 }, (_, i) => `t${i}`));
  });

  it('puts a left join above the inner joins that do not need it', () => {
    const { text } = optimized(
      `SELECT t0.kind, t5.kind AS five FROM ${star(12, { 5: 'LEFT JOIN t5 ON t5.ref = t0.id AND t5.kind = 3' })} WHERE t11.kind = 1`,
    );

    expect(text).toMatch(/LEFT JOIN t5 ON t5\.ref = t0\.id AND t5\.kind = 3 WHERE t11\.kind = 1$/);
  });

  it('keeps a left join below an inner join that needs it', () => {
    const { text } = optimized(
      `SELECT t0.kind, t5.kind AS five FROM ${star(13, {
        5: 'LEFT JOIN t5 ON t5.ref = t0.id',
        6: 'JOIN t6 ON t6.id = coalesce(t5.kind, 0)',
      })} WHERE t12.kind = 1`,
    );

    expect(text.indexOf('LEFT JOIN t5')).toBeLessThan(text.indexOf('JOIN t6'));
  });

  it('takes a left join for an inner one where WHERE refuses its nulls', () => {
    const { text } = optimized(
      `SELECT t0.kind FROM ${star(12, { 11: 'LEFT JOIN t11 ON t11.id = t0.ref' })} WHERE t11.kind = 1`,
    );

    expect(text).not.toContain('LEFT JOIN');
  });

  it.each([
    ['a division', 'JOIN t5 ON t5.id = t0.ref AND t5.kind / t0.kind = 2'],
    ['a cast', 'JOIN t5 ON t5.id = cast(t0.share as int)'],
  ])('leaves a list with %s that another order might ask of other rows', (_, join) => {
    expect(fired(optimized(`SELECT t0.kind FROM ${star(12, { 5: join })} WHERE t11.kind = 1`))).toBe(false);
  });

  it('leaves a list with a lateral query', () => {
    const lateral = 'CROSS JOIN LATERAL (SELECT max(t5.id) AS most FROM t5 WHERE t5.ref = t0.id) x';

    expect(
      fired(optimized(`SELECT t0.kind, x.most FROM ${star(12, { 5: lateral })} WHERE t11.kind = 1`)),
    ).toBe(false);
  });

  it('compares columns that are equal by way of others, but not ones of another type', () => {
    const chain = (column: string): string =>
      Array.from({ length: 11 }, (_, i) => `JOIN t${i + 1} ON t${i + 1}.${column} = t${i}.${column}`).join(
        ' ',
      );
    const far = (column: string): readonly string[] => {
      const { text } = optimized(`SELECT t0.kind FROM t0 ${chain(column)} WHERE t11.kind = 1`);
      const pairs = [...text.matchAll(/t(\d+)\.\w+ = t(\d+)\.\w+/g)];
      return pairs.flatMap(([pair, a, b]) => (Math.abs(Number(a) - Number(b)) === 1 ? [] : [pair]));
    };

    expect(far('ref')).not.toEqual([]);
    expect(far('share')).toEqual([]);
  });

  it('keeps the order of the text when none is cheaper', () => {
    const sql = `SELECT t0.kind FROM ${star(12)} WHERE t11.kind = 1`;
    const once = optimized(sql);

    const twice = optimized(once.text);

    expect(fired(once)).toBe(true);
    expect(fired(twice)).toBe(false);
    expect(twice.text).toBe(once.text);
  });

  it('names the setting that would do as well, up to twelve tables', () => {
    const reasonOf = (count: number): string | undefined =>
      optimized(`SELECT t0.kind FROM ${star(count)} WHERE t${count - 1}.kind = 1`).rewrites.find(
        ({ rule }) => rule === 'join-order',
      )?.reason;

    expect(reasonOf(12)).toContain('SET LOCAL join_collapse_limit = 12');
    expect(reasonOf(13)).toMatch(/13 sources/);
    expect(reasonOf(13)).not.toContain('SET');
  });
});
