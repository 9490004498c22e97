import { describe, expect, it } from 'vitest';
import { check, flights, where, fault, nested, isNull } from './query-faults.ts';

describe('checkQuery accepts', () => {
  it.each<[string, unknown]>([
    ['a table alone', { from: 'flights' }],
    [
      'everything at once',
      {
        from: 'flights',
        as: 'f',
        select: [
          'f.origin',
          { aggregate: 'count', as: 'n' },
          { aggregate: 'sum', field: 'fare', as: 'total' },
        ],
        joins: [{ table: 'airports', as: 'a', type: 'left', on: [{ left: 'f.origin', right: 'a.iata' }] }],
        where: { or: [{ field: 'delay', operator: 'between', value: [1, '2'] }, { not: { and: [] } }] },
        groupBy: ['f.origin'],
        having: { field: 'n', operator: 'gte', value: '9007199254740993' },
        orderBy: [{ field: 'n', direction: 'desc', nulls: 'first' }, { field: 'f.origin' }],
        distinct: true,
        limit: 0,
        offset: 2_147_483_647,
      },
    ],
    ['undefined for absent', flights({ where: undefined, limit: undefined })],
    [
      'a keyset page over a unique key',
      flights({ orderBy: [{ field: 'delay' }, { field: 'id' }], after: [null, '12'] }),
    ],
    [
      'a keyset page over two columns of a key',
      flights({ orderBy: [{ field: 'origin' }, { field: 'flown' }], after: ['SFO', '2001-01-01'] }),
    ],
    [
      'a keyset page over groups',
      flights({
        select: ['origin', { aggregate: 'count', as: 'n' }],
        groupBy: ['origin'],
        orderBy: [{ field: 'n' }, { field: 'origin' }],
        after: [3, 'SFO'],
      }),
    ],
    [
      'a keyset page over distinct rows',
      flights({
        select: ['origin', 'delay'],
        distinct: true,
        orderBy: [{ field: 'delay' }, { field: 'origin' }],
        after: [3, 'SFO'],
      }),
    ],
    [
      'a keyset page over a join on the other key',
      flights({
        joins: [{ table: 'airports', type: 'left', on: [{ left: 'destination', right: 'iata' }] }],
        orderBy: [{ field: 'id' }],
        after: ['1'],
      }),
    ],
    [
      'a column named like a prototype member',
      {
        from: 'odd',
        select: ['__proto__', 'constructor'],
        where: { field: '__proto__', operator: 'eq', value: 'x' },
      },
    ],
    ['a filter as deep as the limit', flights({ where: nested(31, isNull) })],
    [
      'as many comparisons as the limit',
      flights({ where: { or: Array.from({ length: 1000 }, () => isNull) } }),
    ],
    [
      'a regex that keeps its ranges in lower case',
      where('origin', 'regex', '^[A-Z]+$', { caseSensitive: false }),
    ],
    ['case given where it is the default', where('delay', 'eq', 1, { caseSensitive: true })],
  ])('%s', (_, query) => {
    expect(() => check(query)).not.toThrow();
  });

  it('a copy made of known parts only', () => {
    const query = flights({ where: { field: 'delay', operator: 'gt', value: -0 }, orderBy: [] });
    const checked = check(query);

    expect(checked).toEqual({
      from: 'flights',
      where: { field: 'delay', operator: 'gt', value: 0 },
      orderBy: [],
    });
    expect(checked).not.toBe(query);
  });

  it('the column of that very name before alias.column', () => {
    expect(
      check({ from: 'odd', where: { field: 'odd.c', operator: 'contains', value: 'text' } }),
    ).toBeDefined();
    expect(
      fault({ from: 'odd', where: { field: 'odd.C', operator: 'contains', value: 1 } })?.message,
    ).toMatch(/^where\.value/);
  });
});

describe('checkQuery withstands', () => {
  it('a cycle', () => {
    const filter: Record<string, unknown> = {};
    filter['not'] = filter;

    expect(fault(flights({ where: filter }))).toMatchObject({ code: 'ERR_PERF_INVALID_QUERY' });
  });

  it('a small input whose shared parts make a huge tree', () => {
    let filter: unknown = { and: [] };
    for (let i = 0; i < 30; i++) filter = { and: [filter, filter] };

    expect(fault(flights({ where: filter }))?.message).toContain('at most 1000');
  });

  it('a list of a billion holes', () => {
    const huge: unknown[] = [];
    huge.length = 1_000_000_000;

    expect(fault(flights({ select: huge }))).toMatchObject({ code: 'ERR_PERF_INVALID_QUERY' });
    expect(fault(where('delay', 'in', huge))).toMatchObject({ code: 'ERR_PERF_INVALID_QUERY' });
  });

  it('a getter that changes its mind', () => {
    let reads = 0;
    const query = {
      get from(): string {
        return ++reads === 1 ? 'flights' : 'x"; DROP TABLE flights; --';
      },
    };

    expect(check(query)).toEqual({ from: 'flights' });
  });

  it('symbols and inherited keys, which it does not read', () => {
    const query = { from: 'flights', [Symbol('where')]: 1 };
    Object.setPrototypeOf(query, { limit: 5 });

    expect(check(query)).toEqual({ from: 'flights' });
  });

  it('text of digits and zeros without end', () => {
    const started = performance.now();

    expect(fault(where('fare', 'eq', `${'0'.repeat(900_000)}x`))).toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
    });
    expect(performance.now() - started).toBeLessThan(500);
  });
});
