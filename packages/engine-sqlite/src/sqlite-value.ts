import type { DataType, Parameter } from '@perf/contracts';
import { dateToDays } from '@perf/contracts';

/** Nanoseconds of each unit. */
const NANOSECONDS = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n } as const;

/**
 * What SQLite stored, as the contract's row form of `type`; undefined when it does not fit. SQLite keeps any value in any
 * column, so a declared type is a promise that must be checked.
 */
export function rowValue(type: DataType, stored: unknown): unknown {
  switch (type.kind) {
    case 'bool':
      return stored === 0n || stored === 1n ? stored === 1n : undefined;
    case 'int32':
      return typeof stored === 'bigint' && BigInt.asIntN(32, stored) === stored ? Number(stored) : undefined;
    case 'int64':
      return typeof stored === 'bigint' ? stored : undefined;
    case 'float64':
      return typeof stored === 'number' || typeof stored === 'bigint' ? Number(stored) : undefined;
    case 'decimal':
      return decimalText(stored, type.precision, type.scale);
    case 'utf8':
      return typeof stored === 'string' ? stored : undefined;
    case 'date':
      return typeof stored === 'string' && dateToDays(stored) !== undefined ? stored : undefined;
    case 'timestamp':
      return typeof stored === 'string' ? instant(stored, type.unit) : undefined;
    case 'binary':
      return stored instanceof Uint8Array ? stored : undefined;
    case 'json':
      // A column declared JSON has numeric affinity: SQLite turns the text 3.5 into a number.
      if (typeof stored === 'bigint' || typeof stored === 'number') return Number(stored);
      return typeof stored === 'string' ? parsed(stored) : undefined;
    case 'list':
      return typeof stored === 'string' ? list(parsed(stored)) : undefined;
  }
}

/**
 * SQLite has no decimals: numeric columns come back as whole numbers or doubles, exact to 15 digits. What a double adds
 * past the scale must be no more than rounding can explain.
 */
function decimalText(stored: unknown, precision: number, scale: number): string | undefined {
  const written = typeof stored === 'number' ? roundedText(stored, scale) : String(stored);
  const match = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(written ?? '');
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > scale || (whole !== '0' && whole.length > precision - scale)) return undefined;
  const text = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text;
}

function roundedText(stored: number, scale: number): string | undefined {
  if (!(Math.abs(stored) < 1e21)) return undefined;
  const text = stored.toFixed(scale);
  const slack = Math.abs(stored) * 2 ** -44 + 10 ** -scale * 1e-6;
  return Math.abs(Number(text) - stored) <= slack ? text : undefined;
}

/**
 * Instants are stored as UTC text, `YYYY-MM-DD HH:MM:SS[.fraction]`; a `T` and a `Z` are read too. A fraction finer than
 * the unit does not fit.
 */
function instant(text: string, unit: keyof typeof NANOSECONDS): Date | bigint | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?Z?$/.exec(text);
  const days = dateToDays(match?.[1] ?? '');
  if (match === null || days === undefined) return undefined;
  const seconds = Date.parse(`${match[1]}T${match[2]}Z`);
  const nanoseconds = BigInt(seconds) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
  if (nanoseconds % NANOSECONDS[unit] !== 0n) return undefined;
  if (unit === 's' || unit === 'ms') return new Date(Number(nanoseconds / 1_000_000n));
  const count = nanoseconds / NANOSECONDS[unit];
  return BigInt.asIntN(64, count) === count ? count : undefined;
}

function list(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON: the caller names column and row.
    return undefined;
  }
}

/**
 * A parameter as `node:sqlite` takes it: booleans as 0 and 1, instants as the text they are stored as. It binds every JS
 * number as REAL, which a text column would compare as `5.0`, so whole numbers go as bigint.
 */
export function boundValue(value: Parameter): string | number | bigint | null | Uint8Array {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '');
  return value;
}
