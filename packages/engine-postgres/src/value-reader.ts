import type { DataType } from '@perf/contracts';
import { dateToDays } from '@perf/contracts';
import { parseArray } from './array-text.ts';
import type { ArrayText } from './array-text.ts';
import type { PostgresType } from './postgres-types.ts';

/** Says why a value does not fit its type; the reader of rows adds column and row. */
export class UnfitValue extends Error {}

/** Reads the server's text of one value, never null, as the contract's row form. */
export type ValueReader = (text: string) => unknown;

/** A reader for values that the server has as `source`, in the form of `type`. */
export function valueReader(source: PostgresType, type: DataType): ValueReader {
  switch (type.kind) {
    case 'bool':
      return (text) => text === 't';
    case 'int32':
    case 'float64':
      return Number;
    case 'int64':
      return BigInt;
    case 'decimal':
      return (text) => decimal(text, type.precision, type.scale);
    case 'utf8':
      return source.isPadded === true ? (text) => text.replace(/ +$/, '') : (text) => text;
    case 'date':
      return date;
    case 'timestamp':
      return type.unit === 's' || type.unit === 'ms' ? moment : type.unit === 'us' ? micros : nanos;
    case 'binary':
      return bytes;
    case 'json':
      return json;
    case 'list':
      return listReader(source, type.item);
  }
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?$/;

function decimal(text: string, precision: number, scale: number): string {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw new UnfitValue('a number that is none, or infinite');
  const digits = whole === '0' ? 0 : whole.length;
  if (digits > precision - scale || fraction.length > scale)
    throw new UnfitValue(`a number with more digits than decimal(${precision},${scale}) has`);
  if (fraction.length === scale) return text;
  return `${text}${fraction === '' ? '.' : ''}${fraction === '' ? '0'.repeat(scale) : '0'.repeat(scale - fraction.length)}`;
}

function date(text: string): string {
  if (text.length === 10 && text.charCodeAt(4) === 45) return text;
  throw new UnfitValue('a date outside the years 1 to 9999, or an infinite one');
}

function moment(text: string): Date {
  return new Date(instant(text).ms);
}

function nanos(text: string): bigint {
  return micros(text) * 1000n;
}

function micros(text: string): bigint {
  const { ms, micros: rest } = instant(text);
  const whole = ms * 1000 + rest;
  return Number.isSafeInteger(whole) ? BigInt(whole) : BigInt(ms) * 1000n + BigInt(rest);
}

const INSTANT = /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/;

/** Whole milliseconds since the epoch, and microseconds past them. */
function instant(text: string): { readonly ms: number; readonly micros: number } {
  const [, day = '', hours, minutes, seconds, fraction = ''] = INSTANT.exec(text) ?? [];
  const days = dateToDays(day);
  if (days === undefined) throw new UnfitValue('an instant outside the years 1 to 9999, or an infinite one');
  const past = Number(fraction.padEnd(6, '0'));
  const whole = ((days * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return { ms: whole * 1000 + Math.floor(past / 1000), micros: past % 1000 };
}

function bytes(text: string): Uint8Array {
  if (!text.startsWith('\\x')) throw new UnfitValue('bytes in another form than hex');
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}

function json(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  return parsed;
}

function listReader(source: PostgresType, type: DataType): ValueReader {
  const item = source.item ?? { type: { kind: 'utf8' } };
  let depth = 1;
  let inner = type;
  for (; inner.kind === 'list' && item.type.kind !== 'list'; inner = inner.item) depth++;
  const read = valueReader(item, inner);
  const values = (list: ArrayText, level: number): unknown[] =>
    list.map((value) => {
      if (value === null) return null;
      if (typeof value !== 'string') {
        if (level === depth)
          throw new UnfitValue('an array of more dimensions than its type; cast it to jsonb');
        return values(value, level + 1);
      }
      if (level !== depth) throw new UnfitValue('an array of fewer dimensions than its type');
      return read(value);
    });
  return (text) => {
    const list = parseArray(text, source.delimiter);
    if (list === undefined) throw new UnfitValue('an array that cannot be read');
    return values(list, 1);
  };
}
