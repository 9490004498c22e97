import type { DataType, Scalar } from '@perf/contracts';
import * as fc from 'fast-check';
import { hostileStrings } from './hostile-strings.ts';

/**
 * Values as query JSON writes them, for a column of `type`: mostly small and likely to match, now and then an end of the
 * range or a hostile text. Types that cannot be compared give null.
 */
export function arbitraryScalar(type: DataType): fc.Arbitrary<Scalar> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int32':
      return often(fc.integer({ min: -20, max: 100 }), fc.constantFrom(-2_147_483_648, 2_147_483_647));
    case 'int64':
      return often(
        fc.integer({ min: -20, max: 1000 }),
        fc.constantFrom('9223372036854775807', '-9223372036854775808', '9007199254740993'),
      );
    case 'float64':
      return often(
        fc.integer({ min: -400, max: 400 }).map((quarters) => quarters / 4),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
      );
    case 'decimal':
      return decimalText(type.precision, type.scale);
    case 'utf8':
      return often(
        fc.constantFrom('', 'a', 'A', 'S', 'SFO', 'DEN', 'CA', 'San Francisco', 'é'),
        shortHostile,
      );
    case 'date':
      return dayText;
    case 'timestamp':
      return fc
        .tuple(dayText, fc.integer({ min: 0, max: 86_399 }))
        .map(([day, second]) => `${day}T${clock(second)}Z`);
    case 'binary':
    case 'json':
    case 'list':
      return fc.constant(null);
  }
}

const shortHostile = fc.constantFrom(...hostileStrings.filter((text) => text.length <= 100));
const dayText = fc
  .integer({ min: Date.UTC(1999, 0, 1) / 86_400_000, max: Date.UTC(2002, 11, 31) / 86_400_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

function often(usual: fc.Arbitrary<Scalar>, rare: fc.Arbitrary<Scalar>): fc.Arbitrary<Scalar> {
  return fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

function decimalText(precision: number, scale: number): fc.Arbitrary<Scalar> {
  const most = 10 ** Math.min(precision, 6) - 1;
  return fc.integer({ min: -most, max: most }).map((units) => {
    const digits = String(Math.abs(units)).padStart(scale + 1, '0');
    const sign = units < 0 ? '-' : '';
    return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  });
}

function clock(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 19);
}
