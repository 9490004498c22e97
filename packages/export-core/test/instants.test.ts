import { INSTANT_BYTES, instantCell, writeDay, writeFineInstant, writeInstant } from '@perf/export-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytes = Buffer.alloc(INSTANT_BYTES + 8);
const DAY_MS = 86_400_000;

function instantText(ms: number): string {
  return bytes.toString('latin1', 0, writeInstant(bytes, 0, ms));
}

describe('writeInstant', () => {
  it('writes every instant of Date as toISOString does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        expect(instantText(ms)).toBe(new Date(ms).toISOString());
      }),
      { numRuns: 5000 },
    );
  });

  it('writes instants of the last centuries as toISOString does', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1600, 0), max: Date.UTC(2500, 0) }), (ms) => {
        expect(instantText(ms)).toBe(new Date(ms).toISOString());
      }),
      { numRuns: 20_000 },
    );
  });

  it.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'])(
    'writes the border %s and its neighbours',
    (text) => {
      const border = Date.parse(text);
      for (const ms of [border - 1, border, border + 1])
        expect(instantText(ms)).toBe(new Date(ms).toISOString());
    },
  );

  it.each([Number.NaN, Infinity, 8.64e15 + 1, 0.5])('refuses %d', (ms) => {
    expect(writeInstant(bytes, 0, ms)).toBe(-1);
  });
});

describe('writeDay', () => {
  it('writes every day of years 0 to 9999', () => {
    const last = Date.parse('9999-12-31') / DAY_MS;
    const wrong: number[] = [];
    for (let day = Date.parse('0000-01-01') / DAY_MS; day <= last; day += 17) {
      const text = bytes.toString('latin1', 0, writeDay(bytes, 0, day));
      if (text !== new Date(day * DAY_MS).toISOString().slice(0, 10)) wrong.push(day);
    }

    expect(wrong).toEqual([]);
  });
});

describe('writeFineInstant', () => {
  it('keeps every digit of a fraction', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (value) => {
        const ms = value / 1_000_000n - (value % 1_000_000n < 0n ? 1n : 0n);
        const rest = value - ms * 1_000_000n;
        const expected = new Date(Number(ms)).toISOString().replace('Z', `${String(rest).padStart(6, '0')}Z`);

        expect(bytes.toString('latin1', 0, writeFineInstant(bytes, 0, value, 'ns'))).toBe(expected);
      }),
    );
  });

  it('refuses what Date cannot reach', () => {
    expect(writeFineInstant(bytes, 0, 2n ** 63n - 1n, 'us')).toBe(-1);
  });
});

describe('instantCell', () => {
  it('cuts seconds as column data does', () => {
    const { value, number } = instantCell('s');

    const end = value(bytes, 0, new Date(-1));
    const row = bytes.toString('latin1', 0, end);
    const column = bytes.toString('latin1', 0, number?.(bytes, 0, -1));

    expect(row).toBe('1969-12-31T23:59:59.000Z');
    expect(column).toBe(row);
  });
});
