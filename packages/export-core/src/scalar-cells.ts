import type { DataType, TimeUnit } from '@perf/contracts';
import type { CellWriter } from './cell-writer.ts';
import { MISFIT } from './cell-writer.ts';
import { INSTANT_BYTES, writeDay, writeFineInstant, writeInstant } from './write-instant.ts';
import { writeAscii, writeBigint, writeInteger } from './write-integer.ts';
import { NUMBER_BYTES, writeNumber } from './write-number.ts';

const DECIMAL_BYTES = 80;
const LAST_DAY = 100_000_000;

/** The cell of a type whose values are short ASCII, as they are written everywhere; undefined for text, binary, json and lists. */
export function cellOfType(type: DataType): CellWriter | undefined {
  switch (type.kind) {
    case 'bool':
      return boolCell();
    case 'int32':
      return int32Cell();
    case 'int64':
      return int64Cell();
    case 'float64':
      return float64Cell();
    case 'decimal':
      return decimalCell();
    case 'date':
      return dateCell();
    case 'timestamp':
      return instantCell(type.unit);
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}

/** `true` and `false`. */
export function boolCell(): CellWriter {
  return {
    value: (bytes, position, value) =>
      typeof value === 'boolean' ? writeBool(bytes, position, value) : MISFIT,
    number: (bytes, position, value) => writeBool(bytes, position, value !== 0),
    width: 5,
  };
}

function writeBool(bytes: Buffer, position: number, value: boolean): number {
  if (!value) return writeAscii(bytes, position, 'false');
  bytes[position] = 116;
  bytes[position + 1] = 114;
  bytes[position + 2] = 117;
  bytes[position + 3] = 101;
  return position + 4;
}

/** 32-bit integers. */
export function int32Cell(): CellWriter {
  return {
    value: (bytes, position, value) =>
      typeof value === 'number' && (value | 0) === value ? writeInteger(bytes, position, value) : MISFIT,
    number: writeInteger,
    width: 11,
  };
}

/** 64-bit integers, exact: bigint, or a number that is a safe integer. */
export function int64Cell(): CellWriter {
  return {
    value: (bytes, position, value) => {
      if (typeof value === 'number')
        return Number.isSafeInteger(value) ? writeInteger(bytes, position, value) : MISFIT;
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return MISFIT;
      return writeBigint(bytes, position, value);
    },
    number: writeInteger,
    width: 20,
  };
}

/** Doubles as `String(value)`. @param nonFinite what stands for NaN and the infinities; absent: `NaN`, `Infinity` */
export function float64Cell(nonFinite?: string): CellWriter {
  const write =
    nonFinite === undefined
      ? writeNumber
      : (bytes: Buffer, position: number, value: number): number =>
          value - value === 0 ? writeNumber(bytes, position, value) : writeAscii(bytes, position, nonFinite);
  return {
    value: (bytes, position, value) => (typeof value === 'number' ? write(bytes, position, value) : MISFIT),
    number: write,
    width: NUMBER_BYTES,
  };
}

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Decimals as their own text. Anything that is not a plain decimal number (`-12.30`) does not fit. */
export function decimalCell(): CellWriter {
  return {
    value: (bytes, position, value) =>
      typeof value === 'string' && value.length <= DECIMAL_BYTES && DECIMAL.test(value)
        ? writeAscii(bytes, position, value)
        : MISFIT,
    width: DECIMAL_BYTES,
  };
}

/** Dates as `YYYY-MM-DD`. */
export function dateCell(): CellWriter {
  return {
    value: (bytes, position, value) =>
      typeof value === 'string' && isDate(value) ? writeAscii(bytes, position, value) : MISFIT,
    number: (bytes, position, days) => {
      if (days >= -719_528 && days <= 2_932_896) return writeDay(bytes, position, days);
      if (!(Math.abs(days) <= LAST_DAY)) return MISFIT;
      const iso = new Date(days * 86_400_000).toISOString();
      return writeAscii(bytes, position, iso.slice(0, iso.indexOf('T')));
    },
    width: 13,
  };
}

/** Instants as ISO 8601 in UTC: three fraction digits for `s` and `ms`, six for `us`, nine for `ns`. */
export function instantCell(unit: TimeUnit): CellWriter {
  if (unit === 'us' || unit === 'ns') return fineInstantCell(unit);
  const scale = unit === 's' ? 1000 : 1;
  const write = (bytes: Buffer, position: number, value: number): number => {
    const end = writeInstant(bytes, position, value * scale);
    return end < 0 ? MISFIT : end;
  };
  return {
    value: (bytes, position, value) => {
      if (value instanceof Date) {
        const ms = value.getTime();
        return write(bytes, position, scale === 1 ? ms : Math.floor(ms / 1000));
      }
      return typeof value === 'bigint' ? write(bytes, position, Number(value)) : MISFIT;
    },
    number: write,
    width: INSTANT_BYTES,
  };
}

function fineInstantCell(unit: 'us' | 'ns'): CellWriter {
  const write = (bytes: Buffer, position: number, value: bigint): number => {
    const end = writeFineInstant(bytes, position, value, unit);
    return end < 0 ? MISFIT : end;
  };
  return {
    value: (bytes, position, value) => {
      if (typeof value === 'bigint')
        return BigInt.asIntN(64, value) === value ? write(bytes, position, value) : MISFIT;
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) return MISFIT;
      return write(bytes, position, BigInt(value.getTime()) * (unit === 'us' ? 1000n : 1_000_000n));
    },
    number: (bytes, position, value) => write(bytes, position, BigInt(value)),
    width: INSTANT_BYTES,
  };
}

/** The same cell between two quotes, for formats where such values are text. @param quote its char code */
export function quotedCell(cell: CellWriter, quote: number): CellWriter {
  const { number, pieces } = cell;
  const close = (bytes: Buffer, end: number): number => {
    if (end < 0) return end;
    bytes[end] = quote;
    return end + 1;
  };
  const quoted: CellWriter = {
    value: (bytes, position, value) => {
      bytes[position] = quote;
      return close(bytes, cell.value(bytes, position + 1, value));
    },
    width: cell.width + 2,
  };
  if (number === undefined || pieces !== undefined) return quoted;
  return {
    ...quoted,
    number: (bytes, position, value) => {
      bytes[position] = quote;
      return close(bytes, number(bytes, position + 1, value));
    },
  };
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether `text` is `YYYY-MM-DD`, or `±YYYYYY-MM-DD` for years outside 0 to 9999, and a real day. */
export function isDate(text: string): boolean {
  if (text.length === 13) {
    const ms = Date.parse(`${text}T00:00:00.000Z`);
    return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
  }
  if (text.length !== 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (Number.isNaN(year) || Number.isNaN(month) || Number.isNaN(day)) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
