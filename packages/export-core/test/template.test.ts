import type { ColumnFormat, DataType, ExportTemplate } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import { MISFIT, columnFormatter, dateCell, parseTemplate } from '@perf/export-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const WHOLE: ExportTemplate = {
  version: 1,
  name: 'monthly-flights',
  revision: 3,
  locale: 'de-CH',
  timezone: 'Europe/Zurich',
  title: 'Flüge',
  logo: 'iVBORw0KGgoAAAA=',
  columns: [
    { field: 'day', header: 'Tag', format: { type: 'date', style: 'medium' }, width: 12, align: 'center' },
    { field: 'price', format: { type: 'currency', currency: 'CHF', decimals: 2 } },
    { field: 'late', format: { type: 'boolean', yes: 'ja', no: 'nein' } },
  ],
  groups: ['day'],
  totals: [{ field: 'price', aggregate: 'sum' }],
};

describe('parseTemplate', () => {
  it('gives back a template that says all a template can', () => {
    expect(parseTemplate(JSON.parse(JSON.stringify(WHOLE)))).toEqual(WHOLE);
  });

  it.each([
    [undefined, 'template.version: must be a number, got nothing'],
    [{ ...WHOLE, version: 2 }, 'template.version: this release reads version 1'],
    [{ ...WHOLE, name: '' }, 'template.name: must be a text, got ""'],
    [{ ...WHOLE, colour: 'red' }, 'template.colour: is not something a template has'],
    [{ ...WHOLE, columns: [] }, 'template.columns: must name at least one column'],
    [{ ...WHOLE, columns: [{ field: 'a' }, { field: 'a' }] }, 'template.columns: names "a" twice'],
    [{ ...WHOLE, locale: 'klingon!' }, 'template.locale: "klingon!" is no locale that this runtime knows'],
    [
      { ...WHOLE, timezone: 'Mars/Olympus' },
      'template.timezone: "Mars/Olympus" is no time zone that this runtime knows',
    ],
    [{ ...WHOLE, logo: '<svg>' }, 'template.logo: must be a PNG or JPEG as base64'],
    [{ ...WHOLE, groups: ['nobody'] }, 'template.groups: "nobody" is not among the columns'],
    [
      { ...WHOLE, totals: [{ field: 'nobody', aggregate: 'sum' }] },
      'template.totals[0].field: "nobody" is not among the columns',
    ],
    [
      { ...WHOLE, totals: [{ field: 'price', aggregate: 'median' }] },
      'template.totals[0].aggregate: must be sum, avg, min, max, count, got "median"',
    ],
    [
      { ...WHOLE, columns: [{ field: 'a', format: { type: 'currency', currency: 'euro' } }] },
      'template.columns[0].format.currency: "euro" is no ISO 4217 code',
    ],
    [
      { ...WHOLE, columns: [{ field: 'a', format: { type: 'number', decimals: 99 } }] },
      'template.columns[0].format.decimals: must be a whole number from 0 to 15, got 99',
    ],
    [
      { ...WHOLE, columns: [{ field: 'a', width: '12' }] },
      'template.columns[0].width: must be a number, got "12"',
    ],
  ])('refuses what is wrong by its path: %#', (value, message) => {
    expect(() => parseTemplate(value)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION', message }),
    );
  });

  it('gives a template or a PerfError for anything', () => {
    const codeOf = (value: unknown): string => {
      try {
        return parseTemplate(value).name;
      } catch (error) {
        return isPerfError(error) ? error.code : 'another error';
      }
    };
    const torn = fc.record({
      version: fc.constant(1),
      name: fc.anything(),
      columns: fc.array(fc.anything()),
      totals: fc.anything(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), torn), (value) => {
        expect(codeOf(value)).toBe('ERR_PERF_INVALID_OPTION');
      }),
    );
  });
});

const INT64: DataType = { kind: 'int64' };
const INSTANT: DataType = { kind: 'timestamp', unit: 'ms' };
const MICROS: DataType = { kind: 'timestamp', unit: 'us' };
const DECIMAL: DataType = { kind: 'decimal', precision: 20, scale: 2 };

describe('columnFormatter', () => {
  const show = (type: DataType, format: ColumnFormat, value: unknown, timezone = 'UTC'): string | undefined =>
    columnFormatter({ name: 'x', type, nullable: true }, format, { locale: 'en-US', timezone })(value);

  it.each<[DataType, ColumnFormat, unknown, string | undefined]>([
    [INT64, { type: 'number' }, 9_007_199_254_740_993n, '9,007,199,254,740,993'],
    [INT64, { type: 'number', grouping: false }, 1234, '1234'],
    [DECIMAL, { type: 'number', decimals: 2 }, '123456789012345678.90', '123,456,789,012,345,678.90'],
    [DECIMAL, { type: 'currency', currency: 'USD' }, '-5.5', '-$5.50'],
    [{ kind: 'float64' }, { type: 'percent', decimals: 1 }, 0.256, '25.6%'],
    [{ kind: 'date' }, { type: 'date', style: 'medium' }, '2001-02-28', 'Feb 28, 2001'],
    [{ kind: 'bool' }, { type: 'boolean', yes: 'yes', no: 'no' }, false, 'no'],
    [{ kind: 'bool' }, { type: 'boolean', yes: 'yes', no: 'no' }, 1, undefined],
    [{ kind: 'date' }, { type: 'date', style: 'short' }, 'today', undefined],
    [INSTANT, { type: 'date', style: 'medium' }, new Date(Number.NaN), undefined],
  ])('shows a %o as %o', (type, format, value, shown) => {
    expect(show(type, format, value)).toBe(shown);
  });

  it('shows instants in the time zone', () => {
    const at = new Date('2001-01-01T23:30:00Z');

    expect(show(INSTANT, { type: 'date', style: 'medium' }, at)).toBe('Jan 1, 2001');
    expect(show(INSTANT, { type: 'date', style: 'medium' }, at, 'Europe/Zurich')).toBe('Jan 2, 2001');
    expect(
      show(MICROS, { type: 'datetime', style: 'short' }, BigInt(at.getTime()) * 1000n, 'Asia/Kolkata'),
    ).toBe('1/2/01, 5:00 AM');
  });

  it.each([
    ['short', '-000001-01-01', '1/1/2 BC'],
    ['medium', '-000001-01-01', 'Jan 1, 2 BC'],
    ['long', '0000-12-31', 'December 31, 1 BC'],
    ['medium', '0001-01-01', 'Jan 1, 1'],
    ['medium', '+012345-01-01', 'Jan 1, 12345'],
    ['medium', '-271821-04-20', 'Apr 20, 271822 BC'],
    ['medium', '2024-02-29', 'Feb 29, 2024'],
  ] as const)('shows the %s date %s as %s', (style, value, shown) => {
    expect(show({ kind: 'date' }, { type: 'date', style }, value)).toBe(shown);
  });

  it('shows the era of instants before year 1 of their time zone', () => {
    const newYear = new Date('0001-01-01T00:00:00Z');
    const format = { type: 'datetime', style: 'short' } as const;

    expect(show(INSTANT, format, newYear)).toMatch(/^1\/1\/01, 12:00\sAM$/);
    expect(show(INSTANT, format, newYear, 'America/New_York')).toMatch(/^12\/31\/1 BC, 7:03\sPM$/);
    expect(show(INSTANT, { type: 'datetime', style: 'medium' }, new Date(-1e14))).toMatch(
      /^Feb 15, 1200 BC, 2:13:20\sPM$/,
    );
    expect(show(INSTANT, { type: 'datetime', style: 'long' }, new Date(-1e14))).toMatch(
      /^February 15, 1200 BC at 2:13:20\sPM UTC$/,
    );
  });

  it('shows the dates that are written without a format, and no others', () => {
    const two = fc.integer({ min: 0, max: 40 }).map((part) => String(part).padStart(2, '0'));
    const year = fc.oneof(
      fc.integer({ min: 0, max: 9999 }).map((one) => String(one).padStart(4, '0')),
      fc
        .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 999_999 }))
        .map(([sign, one]) => `${sign}${String(one).padStart(6, '0')}`),
      fc.constantFrom('-0001', '+2024', '12345', '-12345', '-000000', '+002024', '2024', '1900', '2000'),
    );
    const written = dateCell();
    const bytes = Buffer.alloc(32);
    fc.assert(
      fc.property(year, fc.oneof(two, fc.constant('02')), fc.oneof(two, fc.constant('29')), (y, m, d) => {
        const text = `${y}-${m}-${d}`;
        const isShown = show({ kind: 'date' }, { type: 'date', style: 'medium' }, text) !== undefined;

        expect(isShown).toBe(written.value(bytes, 0, text) !== MISFIT);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a format for a column of another type', () => {
    expect(() => show({ kind: 'utf8' }, { type: 'number' }, 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
