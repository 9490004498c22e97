import { isComparable, parseDataType, readScalar } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const read = (type: string, value: unknown): unknown =>
  readScalar(value, parseDataType(type) ?? { kind: 'json' }, 'where.value');

describe('readScalar', () => {
  it.each<[string, unknown, unknown]>([
    ['bool', true, true],
    ['int32', 2_147_483_647, 2_147_483_647],
    ['int32', '-2147483648', -2_147_483_648],
    ['int32', -0, 0],
    ['int64', '9223372036854775807', 9_223_372_036_854_775_807n],
    ['int64', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['int64', Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991n],
    ['int64', '-0', 0n],
    ['float64', 1.5e300, 1.5e300],
    ['float64', -0, 0],
    ['decimal(5,2)', '999.99', '999.99'],
    ['decimal(5,2)', '-000.10', '-0.1'],
    ['decimal(5,2)', '-0.00', '0'],
    ['decimal(5,2)', '.5', '0.5'],
    ['decimal(5,2)', 1.25, '1.25'],
    ['decimal(5,2)', '1.2500', '1.25'],
    ['decimal(38,0)', '9'.repeat(38), '9'.repeat(38)],
    ['decimal(38,38)', `0.${'9'.repeat(38)}`, `0.${'9'.repeat(38)}`],
    ['utf8', '', ''],
    ['utf8', '😀', '😀'],
    ['date', '2000-02-29', '2000-02-29'],
    ['timestamp(us)', '2001-02-28', '2001-02-28 00:00:00'],
    ['timestamp(us)', '2001-02-28T12:34', '2001-02-28 12:34:00'],
    ['timestamp(us)', '2001-02-28 12:34:56.100', '2001-02-28 12:34:56.1'],
    ['timestamp(us)', '2001-02-28T23:30:00.000001-01:00', '2001-03-01 00:30:00.000001'],
    ['timestamp(ns)', '1969-12-31T23:59:59.999999999Z', '1969-12-31 23:59:59.999999999'],
    ['timestamp(s)', '2001-02-28T12:34:56.000', '2001-02-28 12:34:56'],
    ['timestamp(ms)', '2001-02-28T12:34:56.120000', '2001-02-28 12:34:56.12'],
    ['timestamp(us)', '2001-02-28T12:34:56.000001000', '2001-02-28 12:34:56.000001'],
  ])('reads %s from %o', (type, value, expected) => {
    expect(read(type, value)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['bool', 1],
    ['bool', 'true'],
    ['int32', 2_147_483_648],
    ['int32', 1.5],
    ['int32', ''],
    ['int32', ' 1'],
    ['int32', '1e3'],
    ['int32', '+1'],
    ['int32', '١'],
    ['int64', '9223372036854775808'],
    ['int64', '-9223372036854775809'],
    ['int64', 2 ** 53],
    ['int64', 1n],
    ['int64', '0x10'],
    ['float64', '1.5'],
    ['float64', Number.NaN],
    ['float64', Number.POSITIVE_INFINITY],
    ['decimal(5,2)', '1000'],
    ['decimal(5,2)', '0.001'],
    ['decimal(5,2)', '1e2'],
    ['decimal(5,2)', ''],
    ['decimal(5,2)', '-'],
    ['decimal(5,2)', '1.'],
    ['decimal(5,2)', Number.NaN],
    ['utf8', 1],
    ['utf8', 'a\0b'],
    ['utf8', '\ud800'],
    ['date', '2001-02-29'],
    ['date', 11_016],
    ['timestamp(us)', '2001-02-29T00:00:00'],
    ['timestamp(us)', '2001-02-28T25:00:00'],
    ['timestamp(us)', '2001-02-28T12:00:60'],
    ['timestamp(us)', '0000-01-01T00:00:00+01:00'],
    ['timestamp(us)', '9999-12-31T23:00:00-02:00'],
    ['timestamp(us)', '2001-02-28T12:00:00.0000000001'],
    ['timestamp(s)', '2001-02-28T12:00:00.5'],
    ['timestamp(ms)', '2001-02-28T12:00:00.0001'],
    ['timestamp(us)', '2001-02-28T12:00:00.0000001'],
    ['timestamp(us)', 983_404_799],
    ['timestamp(us)', new Date(0)],
    ['binary', 'x'],
    ['json', '{}'],
    ['list<int32>', '1'],
    ['int32', null],
    ['utf8', undefined],
    ['utf8', ['x']],
    ['utf8', { toString: () => 'x' }],
  ])('refuses %s from %o, naming the path', (type, value) => {
    expect(() => read(type, value)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }));
    expect(() => read(type, value)).toThrow(/^where\.value: /);
  });

  it('never repeats the text it was given', () => {
    expect(() => read('int32', 'secret')).not.toThrow(/secret/);
  });

  it('reads every int64 from its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (whole) => {
        expect(read('int64', String(whole))).toBe(whole);
      }),
    );
  });
});

describe('isComparable', () => {
  it('is false for bytes, JSON and lists only', () => {
    const kinds = [
      'bool',
      'int32',
      'utf8',
      'date',
      'timestamp(s)',
      'decimal(1,0)',
      'binary',
      'json',
      'list<utf8>',
    ];

    expect(kinds.filter((kind) => !isComparable(parseDataType(kind) ?? { kind: 'json' }))).toEqual([
      'binary',
      'json',
      'list<utf8>',
    ]);
  });
});
