import type { Field } from '@perf/contracts';
import { PerfError, printDataType } from '@perf/contracts';

/** The error for a value that does not fit its column. @param row from 0, counted from the beginning of the source */
export function misfit(field: Field, row: number, value: unknown): PerfError {
  return new PerfError(
    'ERR_PERF_INVALID_VALUE',
    `column ${field.name}, row ${row} (from 0): ${nameOf(value)} does not fit ${printDataType(field.type)}${field.nullable ? '' : ', not null'}`,
  );
}

/** What a value is, without showing what it holds. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return 'a bigint';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
