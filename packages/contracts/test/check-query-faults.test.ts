import type { PerfErrorCode } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { flights, fault, isNull } from './query-faults.ts';

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
});
