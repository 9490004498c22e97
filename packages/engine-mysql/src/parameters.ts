import type { Parameter } from '@perf/contracts';
import mysql2 from 'mysql2';

/** Makes a bound value whose type the driver is told; absent in drivers before it could be. */
const typed = 'TypedParameter' in mysql2 ? mysql2.TypedParameter : undefined;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * A parameter as the driver takes it. Whole numbers go as 64-bit integers where the driver can say so, else as text, which
 * the server reads exactly: as doubles they would lose digits, and MySQL refuses doubles in LIMIT. Instants go as text in UTC.
 */
export function boundValue(value: Parameter): unknown {
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? wholeNumber(BigInt(value)) : value;
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '');
  if (!(value instanceof Uint8Array)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typed === undefined ? bytes : typed.BLOB(bytes);
}

function wholeNumber(value: bigint): unknown {
  if (typed === undefined || value < INT64_MIN || value > UINT64_MAX) return String(value);
  return value > INT64_MAX ? typed.LONGLONG.unsigned(value) : typed.LONGLONG(value);
}
