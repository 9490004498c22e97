import type { DataType, TimeUnit } from '@perf/contracts';
import { dateToDays } from '@perf/contracts';

/** Gives what the driver read as the contract's row form of a type; undefined when it does not fit. */
export type ReadValue = (value: unknown) => unknown;

/** What becomes of dates that are none, as in `0000-00-00` and `2001-02-00`. */
export type ZeroDates = 'refuse' | 'null';

/**
 * Reader of one column. The driver gives whole numbers as numbers, or as text past 2^53; decimals, dates, instants and
 * times as text; bits and bytes as buffers. Text may come as bytes, where the statement compares bytes.
 */
export function readerOf(type: DataType, zeroDates: ZeroDates): ReadValue {
  switch (type.kind) {
    case 'bool':
      return (value) => boolOf(wholeOf(value));
    case 'int32':
      return (value) => int32Of(wholeOf(value));
    case 'int64':
      return (value) => int64Of(wholeOf(value));
    case 'float64':
      return floatOf;
    case 'decimal':
      return (value) => decimalOf(value, type.precision, type.scale);
    case 'utf8':
      return textOf;
    case 'date':
      return dated(zeroDates, dateOf);
    case 'timestamp':
      return dated(zeroDates, (text) => instantOf(text, type.unit));
    case 'binary':
      return bytesOf;
    case 'json':
      return jsonOf;
    case 'list':
      return (value) => (Array.isArray(value) ? value : undefined);
  }
}

/** A reader of dates or instants that knows what to do with those that are none. */
function dated(zeroDates: ZeroDates, read: (text: string) => unknown): ReadValue {
  return (value) => {
    const text = textOf(value);
    if (text === undefined) return undefined;
    return zeroDates === 'null' && /^0000|^\d{4}-00|^\d{4}-\d\d-00/.test(text) ? null : read(text);
  };
}

function wholeOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (value instanceof Uint8Array) return bitsOf(value);
  // A sum of whole numbers is a decimal without a fraction.
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

function bitsOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length === 0 || bytes.length > 8) return undefined;
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function boolOf(whole: number | bigint | undefined): boolean | undefined {
  // A declared tinyint(1) may hold any small number; all but 0 are true in SQL.
  return whole === undefined ? undefined : Number(whole) !== 0;
}

function int32Of(whole: number | bigint | undefined): number | undefined {
  const number = whole === undefined ? undefined : Number(whole);
  return number !== undefined && (number | 0) === number ? number : undefined;
}

function int64Of(whole: number | bigint | undefined): bigint | undefined {
  if (whole === undefined) return undefined;
  const number = BigInt(whole);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

function floatOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

function decimalOf(value: unknown, precision: number, scale: number): string | undefined {
  const written =
    value instanceof Uint8Array
      ? String(bitsOf(value))
      : typeof value === 'string'
        ? value
        : String(wholeOf(value));
  const match = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(written);
  if (match === null) return undefined;
  const [, sign = '', whole = '', all = ''] = match;
  const fraction = all.slice(0, scale);
  if (/[1-9]/.test(all.slice(scale)) || (whole !== '0' && whole.length > precision - scale)) return undefined;
  const text = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof Uint8Array ? decoder.decode(value) : undefined;
}

/** Bytes of a text begin with no mark. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function dateOf(text: string): string | undefined {
  const day = text.slice(0, 10);
  return dateToDays(day) === undefined ? undefined : day;
}

/** Nanoseconds of each unit. */
const NANOSECONDS = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n } as const;

/** Instants come as `YYYY-MM-DD HH:MM:SS[.fraction]` in UTC. A fraction finer than the unit does not fit. */
function instantOf(text: string, unit: TimeUnit): Date | bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null || dateToDays(match[1] ?? '') === undefined) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}Z`);
  const fraction = match[3] ?? '';
  if (unit === 's' || unit === 'ms')
    return /[1-9]/.test(fraction.slice(unit === 's' ? 0 : 3))
      ? undefined
      : new Date(ms + Number(fraction.slice(0, 3).padEnd(3, '0')));
  const nanoseconds = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
  if (nanoseconds % NANOSECONDS[unit] !== 0n) return undefined;
  const count = nanoseconds / NANOSECONDS[unit];
  return BigInt.asIntN(64, count) === count ? count : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return typeof value === 'string' ? new TextEncoder().encode(value) : undefined;
}

/** The driver has parsed what the server calls JSON; a text is JSON where only the statement's author knows of it. */
function jsonOf(value: unknown): unknown {
  return value;
}

/** Reader of JSON that the driver gives as text. */
export function parsedJson(value: unknown): unknown {
  const text = textOf(value);
  if (text === undefined) return value;
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    // Not JSON: the caller names column and row.
    return undefined;
  }
}
