import { QUERY_LIMITS, checkQuery } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.ts';

const check = (query: object): unknown => checkQuery({ from: 'flights', ...query }, catalog);
const delays = (count: number): unknown => ({
  field: 'delay',
  operator: 'in',
  value: Array.from({ length: count }, (_, i) => i),
});

describe('limits that keep a statement within what databases take', () => {
  it('bound the values of one filter in all, not only of one list', () => {
    const half = QUERY_LIMITS.values / 2;

    expect(() => check({ where: { or: [delays(half), delays(half)] } })).not.toThrow();
    expect(() => check({ where: { or: [delays(half), delays(half), delays(1)] } })).toThrow(
      'where.or[2]: expected at most 15000 values',
    );
  });

  it('refuse a column twice in an order, under whatever name', () => {
    const orderBy = (...fields: string[]): object => ({ orderBy: fields.map((field) => ({ field })) });

    expect(() => check(orderBy('delay', 'id'))).not.toThrow();
    expect(() => check(orderBy('id', 'delay', 'id'))).toThrow('orderBy[2].field');
    expect(() => check(orderBy('id', 'flights.id'))).toThrow('orderBy[1].field');
    expect(() =>
      check({ select: ['id', { field: 'delay', as: 'late' }], ...orderBy('delay', 'late') }),
    ).toThrow('orderBy[1].field');
  });
});
