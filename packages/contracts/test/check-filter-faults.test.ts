import { QUERY_LIMITS } from '@perf/contracts';
import type { PerfErrorCode } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { flights, where, fault, nested, isNull } from './query-faults.ts';

describe('checkQuery refuses, naming the path,', () => {
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
