import { writeBigint, writeInteger, writeNumber, writePadded } from '@perf/export-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const OFFSET = 3;
const bytes = Buffer.alloc(400);

function written(write: (position: number) => number): string {
  return bytes.toString('latin1', OFFSET, write(OFFSET));
}

const numberText = (value: number): string => written((at) => writeNumber(bytes, at, value));

describe('writeInteger', () => {
  it('writes every safe integer as String does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(written((at) => writeInteger(bytes, at, value))).toBe(String(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('writes the borders of its number ranges', () => {
    const powers = Array.from({ length: 16 }, (_, i) => 10 ** i).concat(2 ** 31, 2 ** 32, 2 ** 53 - 1);
    for (const value of powers.flatMap((power) => [power - 1, power, -power, 1 - power]))
      expect(written((at) => writeInteger(bytes, at, value))).toBe(String(value));
  });
});

describe('writeBigint', () => {
  it('writes bigints of any size exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
        expect(written((at) => writeBigint(bytes, at, value))).toBe(String(value));
      }),
    );
  });
});

describe('writePadded', () => {
  it('writes as many digits as asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(10, 11, 12), (value, width) => {
        expect(written((at) => writePadded(bytes, at, value, width))).toBe(
          String(value).padStart(width, '0'),
        );
      }),
    );
  });
});

describe('writeNumber', () => {
  it('writes every double as String does', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(numberText(value)).toBe(String(value));
      }),
      { numRuns: 20_000 },
    );
  });

  it('writes doubles of everyday size as String does', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e16, max: 1e16 }), fc.integer({ min: 0, max: 22 }), (value, shift) => {
        const scaled = value / 10 ** shift;
        expect(numberText(scaled)).toBe(String(scaled));
      }),
      { numRuns: 50_000 },
    );
  });

  it('writes decimals of up to 17 digits as String does', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 17n }),
        fc.integer({ min: -22, max: 2 }),
        (digits, exponent) => {
          const value = Number(`${digits}e${exponent}`);
          expect(numberText(value)).toBe(String(value));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('writes powers of two and ten, and their neighbours, as String does', () => {
    const cell = new Float64Array(1);
    const bits = new BigInt64Array(cell.buffer);
    const powers = Array.from({ length: 200 }, (_, i) => 2 ** (i - 100)).concat(
      Array.from({ length: 40 }, (_, i) => Number(`1e${i - 20}`)),
    );
    for (const power of powers)
      for (let step = -3n; step <= 3n; step++) {
        cell[0] = power;
        bits[0] = (bits[0] ?? 0n) + step;
        const value = cell[0];
        expect(numberText(value)).toBe(String(value));
      }
  });

  it.each([0, -0, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1e21, 0.1 + 0.2, 21e6 - 0.01])(
    'writes %d as String does',
    (value) => {
      expect(numberText(value)).toBe(String(value));
    },
  );
});
