import { QUERY_LIMITS, checkQuery, isPerfError } from '@perf/contracts';
import type { PerfError, PerfErrorCode } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.ts';

const check = (query: unknown): unknown => checkQuery(query, catalog);
const flights = (rest: object): unknown => ({ from: 'flights', ...rest });
const where = (field: string, operator: string, value?: unknown, rest: object = {}): unknown =>
  flights({ where: { field, operator, ...(value === undefined ? {} : { value }), ...rest } });

/** Runs the check and gives back its error. */
function fault(query: unknown): PerfError | undefined {
  try {
    check(query);
    return undefined;
  } catch (error) {
    if (isPerfError(error)) return error;
    throw error;
  }
}

function nested(levels: number, leaf: unknown): unknown {
  let filter = leaf;
  for (let i = 0; i < levels; i++) filter = i % 2 === 0 ? { not: filter } : { and: [filter] };
  return filter;
}

const isNull = { field: 'delay', operator: 'isNull' };

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

describe('checkQuery refuses, naming the path,', () => {
  it.each<[string, unknown, PerfErrorCode, RegExp]>([
    ['no object', null, 'ERR_PERF_INVALID_QUERY', /^query: expected an object/],
    ['a list', [], 'ERR_PERF_INVALID_QUERY', /^query:/],
    ['a map', new Map([['from', 'flights']]), 'ERR_PERF_INVALID_QUERY', /^from: /],
    ['a missing table', {}, 'ERR_PERF_INVALID_QUERY', /^from: /],
    ['an unknown table', { from: 'nope"; DROP' }, 'ERR_PERF_UNKNOWN_TABLE', /^from: .*\\"; DROP/],
    ['a table by a prototype name', { from: '__proto__' }, 'ERR_PERF_UNKNOWN_TABLE', /^from: /],
    ['a table in other case', { from: 'Flights' }, 'ERR_PERF_UNKNOWN_TABLE', /^from: /],
    ['an extra key', flights({ limt: 1 }), 'ERR_PERF_INVALID_QUERY', /^query: .*"limt"/],
    [
      'an own __proto__ key',
      JSON.parse('{"from":"flights","__proto__":{"limit":1}}'),
      'ERR_PERF_INVALID_QUERY',
      /"__proto__"/,
    ],
    ['a limit below 0', flights({ limit: -1 }), 'ERR_PERF_INVALID_QUERY', /^limit: /],
    ['a limit that is not whole', flights({ limit: 1.5 }), 'ERR_PERF_INVALID_QUERY', /^limit: /],
    ['a limit as text', flights({ limit: '1' }), 'ERR_PERF_INVALID_QUERY', /^limit: /],
    ['a limit past 2^31 − 1', flights({ limit: 2 ** 31 }), 'ERR_PERF_INVALID_QUERY', /^limit: /],
    ['an offset that is NaN', flights({ offset: Number.NaN }), 'ERR_PERF_INVALID_QUERY', /^offset: /],
    ['distinct as number', flights({ distinct: 1 }), 'ERR_PERF_INVALID_QUERY', /^distinct: /],
    ['an empty select', flights({ select: [] }), 'ERR_PERF_INVALID_QUERY', /^select: .*1 to/],
    [
      'a hole in select',
      flights({ select: Array.from({ length: 2 }) }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]/,
    ],
    [
      'too many columns',
      flights({ select: Array.from({ length: 1001 }, () => 'id') }),
      'ERR_PERF_INVALID_QUERY',
      /^select: .*1001/,
    ],
    [
      'an unknown field',
      flights({ select: ['id', 'nope'] }),
      'ERR_PERF_UNKNOWN_FIELD',
      /^select\[1\]: .*"nope"/,
    ],
    ['a field without a name', flights({ select: [''] }), 'ERR_PERF_INVALID_QUERY', /^select\[0\]/],
    [
      'a select without as',
      flights({ select: [{ field: 'id' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.as/,
    ],
    ['a select of nothing', flights({ select: [{ as: 'x' }] }), 'ERR_PERF_INVALID_QUERY', /^select\[0\]: /],
    [
      'an unknown aggregate',
      flights({ select: [{ aggregate: 'median', field: 'id', as: 'x' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.aggregate/,
    ],
    [
      'sum of nothing',
      flights({ select: [{ aggregate: 'sum', as: 'x' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.field/,
    ],
    [
      'sum of text',
      flights({ select: [{ aggregate: 'sum', field: 'origin', as: 'x' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.field/,
    ],
    [
      'min of bool',
      flights({ select: [{ aggregate: 'min', field: 'cancelled', as: 'x' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.field/,
    ],
    [
      'countDistinct of json',
      flights({ select: [{ aggregate: 'countDistinct', field: 'extra', as: 'x' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.field/,
    ],
    [
      'two columns of one name',
      flights({ select: ['id', { field: 'delay', as: 'id' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[1\]: .*"id"/,
    ],
    [
      'an as that differs by case only',
      flights({ select: ['id', { field: 'delay', as: 'ID' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[1\]: .*upper and lower case/,
    ],
    [
      'an as before a column that differs by case only',
      flights({ select: [{ field: 'delay', as: 'ID' }, 'id'] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[1\]/,
    ],
    [
      'an as with U+0000',
      flights({ select: [{ field: 'id', as: 'a\0' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.as/,
    ],
    [
      'an as with a lone surrogate',
      flights({ select: [{ field: 'id', as: '\ud800' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.as/,
    ],
    [
      'an as of 64 bytes',
      flights({ select: [{ field: 'id', as: `${'é'.repeat(31)}xx` }] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]\.as/,
    ],
    ['a table alias that is no text', { from: 'flights', as: 1 }, 'ERR_PERF_INVALID_QUERY', /^as: /],
    [
      'two tables of one name',
      flights({ joins: [{ table: 'flights', type: 'inner', on: [{ left: 'id', right: 'id' }] }] }),
      'ERR_PERF_INVALID_QUERY',
      /^joins: /,
    ],
    [
      'two aliases that differ by case only',
      {
        from: 'flights',
        as: 'a',
        joins: [{ table: 'airports', as: 'A', type: 'inner', on: [{ left: 'a.origin', right: 'A.iata' }] }],
      },
      'ERR_PERF_INVALID_QUERY',
      /^joins: /,
    ],
    [
      'a join of an unknown table',
      flights({ joins: [{ table: 'x', type: 'inner', on: [{ left: 'id', right: 'id' }] }] }),
      'ERR_PERF_UNKNOWN_TABLE',
      /^joins\[0\]\.table/,
    ],
    [
      'a join of an unknown kind',
      flights({ joins: [{ table: 'airports', type: 'cross', on: [] }] }),
      'ERR_PERF_INVALID_QUERY',
      /^joins\[0\]/,
    ],
    [
      'a join on nothing',
      flights({ joins: [{ table: 'airports', type: 'inner', on: [] }] }),
      'ERR_PERF_INVALID_QUERY',
      /^joins\[0\]\.on/,
    ],
    [
      'a join on columns of two kinds',
      flights({ joins: [{ table: 'airports', type: 'inner', on: [{ left: 'id', right: 'iata' }] }] }),
      'ERR_PERF_INVALID_QUERY',
      /^joins\[0\]\.on\[0\]/,
    ],
    [
      'a join whose right is not its own',
      flights({
        joins: [{ table: 'airports', type: 'inner', on: [{ left: 'destination', right: 'ticket' }] }],
      }),
      'ERR_PERF_INVALID_QUERY',
      /^joins\[0\]\.on\[0\]\.right/,
    ],
    [
      'an ambiguous field',
      flights({
        joins: [{ table: 'airports', type: 'inner', on: [{ left: 'destination', right: 'iata' }] }],
        select: ['origin'],
      }),
      'ERR_PERF_UNKNOWN_FIELD',
      /^select\[0\]: .*alias\.column/,
    ],
    [
      'more tables than the limit',
      flights({ joins: Array.from({ length: 32 }, () => ({})) }),
      'ERR_PERF_INVALID_QUERY',
      /^joins: /,
    ],
    [
      'an ungrouped column',
      flights({ select: ['id'], groupBy: ['origin'] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]: .*groupBy/,
    ],
    [
      'a column beside an aggregate',
      flights({ select: [{ aggregate: 'count', as: 'n' }, 'id'] }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[1\]/,
    ],
    ['all columns of groups', flights({ groupBy: ['origin'] }), 'ERR_PERF_INVALID_QUERY', /^select: /],
    ['an empty groupBy', flights({ groupBy: [] }), 'ERR_PERF_INVALID_QUERY', /^groupBy: /],
    [
      'groups by json',
      flights({ select: [{ aggregate: 'count', as: 'n' }], groupBy: ['extra'] }),
      'ERR_PERF_INVALID_QUERY',
      /^groupBy\[0\]/,
    ],
    ['having without groups', flights({ having: isNull }), 'ERR_PERF_INVALID_QUERY', /^having: /],
    [
      'having on an ungrouped column',
      flights({ select: ['origin'], groupBy: ['origin'], having: isNull }),
      'ERR_PERF_INVALID_QUERY',
      /^having\.field/,
    ],
    [
      'order by json',
      flights({ orderBy: [{ field: 'extra' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy\[0\]\.field/,
    ],
    [
      'order by an ungrouped column',
      flights({ select: ['origin'], groupBy: ['origin'], orderBy: [{ field: 'id' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy\[0\]\.field/,
    ],
    [
      'order of distinct rows by a column left out',
      flights({ select: ['origin'], distinct: true, orderBy: [{ field: 'id' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy\[0\]\.field/,
    ],
    [
      'an order that is neither',
      flights({ orderBy: [{ field: 'id', direction: 'up' }] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy\[0\]\.direction: expected asc, desc/,
    ],
    [
      'distinct json',
      flights({ select: ['extra'], distinct: true }),
      'ERR_PERF_INVALID_QUERY',
      /^select\[0\]: .*distinct/,
    ],
    [
      'after beside offset',
      flights({ orderBy: [{ field: 'id' }], after: ['1'], offset: 0 }),
      'ERR_PERF_INVALID_QUERY',
      /^offset: /,
    ],
    [
      'after of another length',
      flights({ orderBy: [{ field: 'id' }], after: ['1', '2'] }),
      'ERR_PERF_INVALID_QUERY',
      /^after: .*1 keys/,
    ],
    ['after without order', flights({ after: ['1'] }), 'ERR_PERF_INVALID_QUERY', /^after: /],
    [
      'after of another type',
      flights({ orderBy: [{ field: 'id' }], after: ['x'] }),
      'ERR_PERF_INVALID_VALUE',
      /^after\[0\]: /,
    ],
    [
      'null after a column that has none',
      flights({ orderBy: [{ field: 'id' }], after: [null] }),
      'ERR_PERF_INVALID_VALUE',
      /^after\[0\]: null/,
    ],
    [
      'after that is no scalar',
      flights({ orderBy: [{ field: 'id' }], after: [{}] }),
      'ERR_PERF_INVALID_QUERY',
      /^after\[0\]/,
    ],
    [
      'a keyset page without a unique key',
      flights({ orderBy: [{ field: 'origin' }], after: ['SFO'] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy: .*unique key/,
    ],
    [
      'a keyset page over a unique key with nulls',
      flights({ orderBy: [{ field: 'ticket' }], after: ['T1'] }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy: .*unique key/,
    ],
    [
      'a keyset page over a join that multiplies rows',
      flights({
        joins: [
          { table: 'airports', type: 'inner', on: [{ left: 'flights.origin', right: 'airports.origin' }] },
        ],
        orderBy: [{ field: 'id' }],
        after: ['1'],
      }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy: /,
    ],
    [
      'a keyset page over groups not all ordered',
      flights({
        select: [{ aggregate: 'count', as: 'n' }],
        groupBy: ['origin'],
        orderBy: [{ field: 'n' }],
        after: [1],
      }),
      'ERR_PERF_INVALID_QUERY',
      /^orderBy: /,
    ],
  ])('%s', (_, query, code, message) => {
    const found = fault(query);

    expect(found?.code).toBe(code);
    expect(found?.message).toMatch(message);
  });

  it.each<[string, unknown, PerfErrorCode, RegExp]>([
    ['null', flights({ where: null }), 'ERR_PERF_INVALID_QUERY', /^where: /],
    ['nothing', flights({ where: {} }), 'ERR_PERF_INVALID_QUERY', /^where: /],
    ['a date', flights({ where: new Date() }), 'ERR_PERF_INVALID_QUERY', /^where: /],
    ['two kinds at once', flights({ where: { ...isNull, and: [] } }), 'ERR_PERF_INVALID_QUERY', /^where: /],
    ['and that is no list', flights({ where: { and: isNull } }), 'ERR_PERF_INVALID_QUERY', /^where\.and: /],
    [
      'a fault far inside',
      flights({ where: { and: [isNull, { or: [{ not: { field: 'delay', operator: 'like' } }] }] } }),
      'ERR_PERF_INVALID_QUERY',
      /^where\.and\[1\]\.or\[0\]\.not\.operator: /,
    ],
    ['an unknown field', where('nope', 'isNull'), 'ERR_PERF_UNKNOWN_FIELD', /^where\.field: /],
    ['isNull with a value', where('delay', 'isNull', 1), 'ERR_PERF_INVALID_QUERY', /^where: /],
    [
      'contains on a number',
      where('delay', 'contains', '1'),
      'ERR_PERF_INVALID_QUERY',
      /^where\.operator: contains is for text/,
    ],
    [
      'case on a number',
      where('delay', 'eq', 1, { caseSensitive: false }),
      'ERR_PERF_INVALID_QUERY',
      /caseSensitive/,
    ],
    ['eq on json', where('extra', 'eq', '{}'), 'ERR_PERF_INVALID_QUERY', /^where\.operator: /],
    ['eq on a list', where('stops', 'eq', 'x'), 'ERR_PERF_INVALID_QUERY', /^where\.operator: /],
    ['eq null', where('delay', 'eq', null), 'ERR_PERF_INVALID_VALUE', /^where\.value: null/],
    ['eq without value', where('delay', 'eq'), 'ERR_PERF_INVALID_VALUE', /^where\.value: /],
    ['in with a scalar', where('delay', 'in', 1), 'ERR_PERF_INVALID_QUERY', /^where\.value: expected a list/],
    [
      'in with a wrong member',
      where('delay', 'in', [1, 'x']),
      'ERR_PERF_INVALID_VALUE',
      /^where\.value\[1\]: /,
    ],
    ['in with null', where('delay', 'in', [null]), 'ERR_PERF_INVALID_VALUE', /^where\.value\[0\]: /],
    [
      'in with too many',
      where(
        'delay',
        'in',
        Array.from({ length: 10_001 }, () => 1),
      ),
      'ERR_PERF_INVALID_QUERY',
      /^where\.value: .*10001/,
    ],
    ['between with one', where('delay', 'between', [1]), 'ERR_PERF_INVALID_QUERY', /^where\.value: 2? ?/],
    [
      'a pattern that engines read differently',
      where('origin', 'regex', '\\d+'),
      'ERR_PERF_INVALID_VALUE',
      /^where\.value: /,
    ],
    [
      'a pattern whose range turns around without case',
      where('origin', 'regex', '[Z-a]', { caseSensitive: false }),
      'ERR_PERF_INVALID_VALUE',
      /range/,
    ],
    ['text with U+0000', where('origin', 'eq', 'a\0'), 'ERR_PERF_INVALID_VALUE', /^where\.value: /],
    ['a lone surrogate', where('origin', 'eq', '\udc00'), 'ERR_PERF_INVALID_VALUE', /^where\.value: /],
    [
      'text past the limit',
      where('origin', 'eq', 'x'.repeat(QUERY_LIMITS.textLength + 1)),
      'ERR_PERF_INVALID_VALUE',
      /^where\.value: /,
    ],
    [
      'one comparison too many',
      flights({
        where: { or: Array.from({ length: 10 }, () => ({ and: Array.from({ length: 101 }, () => isNull) })) },
      }),
      'ERR_PERF_INVALID_QUERY',
      /at most 1000 comparisons/,
    ],
    [
      'one level too many',
      flights({ where: nested(32, isNull) }),
      'ERR_PERF_INVALID_QUERY',
      /at most 32 levels/,
    ],
    [
      'ten thousand levels',
      flights({ where: nested(10_000, isNull) }),
      'ERR_PERF_INVALID_QUERY',
      /at most 32 levels/,
    ],
  ])('a filter of %s', (_, query, code, message) => {
    const found = fault(query);

    expect(found?.code).toBe(code);
    expect(found?.message).toMatch(message);
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
