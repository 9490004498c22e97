import { analyzeWorkload, explainChange } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { largeShop, shop } from './shop.ts';

const COUNTED = 'select id, (select count(*) from items i where i.order_id = o.id) n from orders o';
const use = { dialect: 'sqlite', catalog: shop, statistics: largeShop } as const;

describe('explainChange', () => {
  it('tells of every rule why it fired or did not', () => {
    const outcomes = new Map(
      explainChange(COUNTED, { ...use, disable: ['or-in'] }).map(({ rule, outcome }) => [rule, outcome]),
    );

    expect(Object.fromEntries(outcomes)).toMatchObject({
      'scalar-join': 'fired',
      'or-in': 'switched-off',
      'not-in-exists': 'other-engines',
      'union-all': 'no-case',
    });
    expect(
      explainChange('select random() from orders', use).every(({ outcome }) => outcome === 'unread'),
    ).toBe(true);
  });

  it('says that a change is too dear', () => {
    const sql =
      'select o.id from orders o join items i on i.order_id = o.id where o.total = 1 or i.price = 2';

    expect(explainChange(sql, use).find(({ rule }) => rule === 'or-union')).toMatchObject({
      outcome: 'too-dear',
    });
  });
});

describe('analyzeWorkload', () => {
  it('puts first what would save most', () => {
    const analyzed = analyzeWorkload(
      [
        { text: 'select id from orders where id = 1', calls: 1000, meanMs: 10 },
        { text: COUNTED, calls: 10, meanMs: 200 },
        { text: 'delete from orders', calls: 5, meanMs: 1 },
        { text: 'update orders set total = 1', calls: 5, meanMs: 2, writesPerS: 1 },
      ],
      use,
    );

    expect(analyzed.map(({ statement, totalMs }) => [statement.text.slice(0, 6), totalMs])).toEqual([
      ['select', 2000],
      ['select', 10_000],
      ['update', 10],
      ['delete', 5],
    ]);
    expect(analyzed[0]?.savedMs).toBeGreaterThan(1000);
    expect(analyzed[0]?.optimized?.rewrites).toHaveLength(1);
    expect(analyzed.slice(2).map(({ optimized }) => optimized)).toEqual([undefined, undefined]);
  });
});
