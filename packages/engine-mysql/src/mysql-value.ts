import type { DataType, TimeUnit } from '@perf/contracts';
import { dateToDays } from '@perf/contracts';

/** Gives what the driver read as the contract's row form of a type; undefined when it does not fit. */
export type ReadValue = (value: unknown) => unknown;

/** What becomes of dates that are none, as in `0000-00-00` and `2001-02-00`. */
export type ZeroDates = 'refuse' | 'null';

/**
 * Reader of one column. The driver gives whole numbers as numbers, or as text past 2^53; decimals, dates, instants and
 * times as text; bits and bytes as buffers. Text may come as bytes, where the statement compares bytes.
 * @param told the type that the server says, which may differ from the one that is wanted
 */
export function readerOf(type: DataType, zeroDates: ZeroDates, told?: DataType): ReadValue {
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
      return told?.kind === 'decimal' && told.scale === type.scale
        ? writtenDecimal(type.precision, type.scale)
        : (value) => decimalOf(value, type.precision, type.scale);
    case 'utf8':
      return textOf;
    case 'date':
      return dated(zeroDates, dateOf);
    case 'timestamp':
      return dated(zeroDates, instantReader(type.unit));
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

/** Decimals of the very scale that is wanted are taken as the server writes them: short ones without sign and zeros before. */
function writtenDecimal(precision: number, scale: number): ReadValue {
  const longest = scale === 0 ? precision : precision + 1;
  return (value) =>
    typeof value === 'string' &&
    value.length <= longest &&
    (value.charCodeAt(0) > 48 || value.charCodeAt(1) === 46)
      ? value
      : decimalOf(value, precision, scale);
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

/** What a text of the server must look like; read by its places afterwards. */
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/;
const DAY_MS = 86_400_000;

/** Instants come as `YYYY-MM-DD HH:MM:SS[.fraction]` in UTC. A fraction finer than the unit does not fit. */
function instantReader(unit: TimeUnit): (text: string) => Date | bigint | undefined {
  // Rows that follow each other are often of one day.
  let day = '';
  let dayMs: number | undefined;
  return (text) => {
    if (!INSTANT.test(text)) return undefined;
    if (!text.startsWith(day) || day === '') {
      day = text.slice(0, 10);
      const days = dateToDays(day);
      dayMs = days === undefined ? undefined : days * DAY_MS;
    }
    if (dayMs === undefined) return undefined;
    const seconds = pairAt(text, 11) * 3600 + pairAt(text, 14) * 60 + pairAt(text, 17);
    const micros = text.length > 19 ? Number(text.slice(20).padEnd(6, '0')) : 0;
    const ms = dayMs + seconds * 1000;
    switch (unit) {
      case 's':
        return micros === 0 ? new Date(ms) : undefined;
      case 'ms':
        return micros % 1000 === 0 ? new Date(ms + micros / 1000) : undefined;
      case 'us':
        return BigInt(ms) * 1000n + BigInt(micros);
      case 'ns': {
        const count = BigInt(ms) * 1_000_000n + BigInt(micros) * 1000n;
        return BigInt.asIntN(64, count) === count ? count : undefined;
      }
    }
  };
}

/** The number of two digits. */
function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
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
