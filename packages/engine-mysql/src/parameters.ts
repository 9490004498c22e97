import type { Parameter } from '@perf/contracts';
import mysql2 from 'mysql2';
import type { MysqlCallbackPool } from './driver.ts';

/** Gives a parameter as the driver takes it. */
export type BindValue = (value: Parameter) => unknown;

/** How a value is given a type of its own. */
type Typed = Pick<mysql2.TypedParameter, 'BLOB' | 'LONGLONG'>;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Binds for a pool. Whole numbers go as 64-bit integers where the driver can say so, else as text, which the server reads
 * exactly: as doubles they would lose digits, and MySQL refuses doubles in LIMIT. Instants go as text in UTC.
 */
export function binderOf(pool: MysqlCallbackPool): BindValue {
  // A pool of another copy of the driver would take a typed value of this one for an object, and send its JSON.
  const isOwn = 'Pool' in mysql2 && typeof mysql2.Pool === 'function' && pool instanceof mysql2.Pool;
  const typed = isOwn && 'TypedParameter' in mysql2 ? mysql2.TypedParameter : undefined;
  return (value) => boundValue(value, typed);
}

function boundValue(value: Parameter, typed: Typed | undefined): unknown {
  if (typeof value === 'bigint') return wholeNumber(value, typed);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? wholeNumber(BigInt(value), typed) : value;
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '');
  if (!(value instanceof Uint8Array)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typed === undefined ? bytes : typed.BLOB(bytes);
}

function wholeNumber(value: bigint, typed: Typed | undefined): unknown {
  if (typed === undefined || value < INT64_MIN || value > UINT64_MAX) return String(value);
  return value > INT64_MAX ? typed.LONGLONG.unsigned(value) : typed.LONGLONG(value);
}
