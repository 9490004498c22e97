import { dateToDays, daysToDate } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('daysToDate', () => {
  it('agrees with Date, as far as Date goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const iso = new Date(days * 86_400_000).toISOString();
        expect(daysToDate(days)).toBe(iso.slice(0, iso.indexOf('T')));
      }),
      { numRuns: 2000 },
    );
  });

  it('goes on past the end of Date', () => {
    expect(daysToDate(2_147_483_647)).toBe('+5881580-07-11');
    expect(daysToDate(-2_147_483_648)).toBe('-5877641-06-23');
  });
});

describe('dateToDays', () => {
  it('is the inverse of daysToDate in the years 0000 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
        expect(dateToDays(daysToDate(days))).toBe(days);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '2001-02-29',
    '1900-02-29',
    '2001-04-31',
    '2001-00-10',
    '2001-13-01',
    '2001-01-00',
    '2001-1-1',
    '+010000-01-01',
    '2001-01-01T00:00:00Z',
    ' 2001-01-01',
    '２００１-01-01',
    '',
  ])('refuses %j', (text) => {
    expect(dateToDays(text)).toBeUndefined();
  });

  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-02-29', 11_016],
    ['0000-01-01', -719_528],
    ['9999-12-31', 2_932_896],
  ])('reads %s as %d', (text, days) => {
    expect(dateToDays(text)).toBe(days);
  });
});
