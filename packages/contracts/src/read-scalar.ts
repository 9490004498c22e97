import { dateToDays } from './calendar.ts';
import type { DataType, TimeUnit } from './data-type.ts';
import { printDataType } from './data-type.ts';
import type { Parameter } from './engine.ts';
import { PerfError } from './errors.ts';
import { QUERY_LIMITS } from './query-limits.ts';

/** Types that can be compared with a value; the others know only `isNull` and `isNotNull`. */
export function isComparable(type: DataType): boolean {
  return type.kind !== 'binary' && type.kind !== 'json' && type.kind !== 'list';
}

/**
 * Reads a JSON scalar as the type of its column, into the form that is bound:
 * int64 as bigint; decimal, date (`YYYY-MM-DD`) and timestamp (`YYYY-MM-DD HH:MM:SS[.fraction]`, UTC, no finer than the
 * column's unit) as text; the rest as they are.
 * Throws `ERR_PERF_INVALID_VALUE` that begins with `path`.
 */
export function readScalar(value: unknown, type: DataType, path: string): Parameter {
  const read = scalarForm(value, type);
  if (read !== undefined) return read;
  throw new PerfError('ERR_PERF_INVALID_VALUE', `${path}: ${described(value)} is not ${expected(type)}`);
}

function scalarForm(value: unknown, type: DataType): Parameter | undefined {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'int32':
      return wholeNumber(value, -2_147_483_648n, 2_147_483_647n, Number);
    case 'int64':
      return wholeNumber(value, -(2n ** 63n), 2n ** 63n - 1n, (whole) => whole);
    case 'float64':
      return typeof value === 'number' && Number.isFinite(value)
        ? Object.is(value, -0)
          ? 0
          : value
        : undefined;
    case 'decimal':
      return decimalText(value, type.precision, type.scale);
    case 'utf8':
      return typeof value === 'string' && isStorableText(value) ? value : undefined;
    case 'date':
      return typeof value === 'string' && dateToDays(value) !== undefined ? value : undefined;
    case 'timestamp':
      return typeof value === 'string' ? instantText(value, type.unit) : undefined;
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}

function wholeNumber<T>(
  value: unknown,
  least: bigint,
  most: bigint,
  form: (whole: bigint) => T,
): T | undefined {
  const written = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof written !== 'string' || !/^-?\d{1,19}$/.test(written)) return undefined;
  const whole = BigInt(written);
  return whole >= least && whole <= most ? form(whole) : undefined;
}

/** Longest text that is read as a decimal: more than the 38 + 38 digits, sign and point of any. */
const MOST_DECIMAL_UNITS = 100;

/** Decimals stay text: a JS number would lose digits. */
function decimalText(value: unknown, precision: number, scale: number): string | undefined {
  const written = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  const match =
    typeof written === 'string' && written.length <= MOST_DECIMAL_UNITS
      ? /^(-?)0*(\d{0,38})(?:\.(\d{1,38}))?$/.exec(written)
      : null;
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const exact = fraction.replace(/0+$/, '');
  if (written === '' || written === '-' || whole.length > precision - scale || exact.length > scale)
    return undefined;
  const text = `${whole === '' ? '0' : whole}${exact === '' ? '' : `.${exact}`}`;
  return sign === '-' && text !== '0' ? `-${text}` : text;
}

/** Text that every engine can hold: no U+0000, no lone surrogate, not longer than the limit. */
function isStorableText(text: string): boolean {
  return text.length <= QUERY_LIMITS.textLength && !text.includes('\0') && text.isWellFormed();
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Digits of the fraction of a second that each unit holds. */
const FRACTION_DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const;

/** An ISO 8601 instant as UTC text with a blank between date and time; a time without zone is UTC. */
function instantText(written: string, unit: TimeUnit): string | undefined {
  const match = INSTANT.exec(written);
  if (match === null) return undefined;
  const [, date = '', hours = '00', minutes = '00', seconds = '00', fraction = '', zone = 'Z'] = match;
  if (dateToDays(date) === undefined) return undefined;
  const ms = Date.parse(`${date}T${hours}:${minutes}:${seconds}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  const utc = new Date(ms).toISOString();
  if (utc.length !== 24) return undefined;
  const exact = fraction.replace(/0+$/, '');
  // Engines would cut or round what is finer, each in its own way.
  if (exact.length > FRACTION_DIGITS[unit]) return undefined;
  return `${utc.slice(0, 10)} ${utc.slice(11, 19)}${exact === '' ? '' : `.${exact}`}`;
}

function described(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value)
    ? 'a list'
    : typeof value === 'number'
      ? `the number ${value}`
      : `a ${typeof value} of this form`;
}

function expected(type: DataType): string {
  switch (type.kind) {
    case 'bool':
      return 'true or false';
    case 'int32':
      return 'a whole number from -2147483648 to 2147483647';
    case 'int64':
      return 'a whole number of 64 bits, as a string of digits or a safe integer';
    case 'float64':
      return 'a finite number';
    case 'decimal':
      return `a decimal of ${printDataType(type)}, as a string`;
    case 'utf8':
      return `well-formed text without U+0000, at most ${QUERY_LIMITS.textLength} units long`;
    case 'date':
      return "a date, as 'YYYY-MM-DD'";
    case 'timestamp':
      return `an ISO 8601 instant, as '2001-03-01T12:00:00Z', with at most ${FRACTION_DIGITS[type.unit]} digits of a fraction`;
    case 'binary':
    case 'json':
    case 'list':
      return `comparable: ${printDataType(type)} columns know only isNull and isNotNull`;
  }
}
