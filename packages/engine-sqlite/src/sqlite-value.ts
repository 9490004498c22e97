import type { DataType, Parameter } from '@perf/contracts';

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
      return decimalText(stored, type.scale);
    case 'utf8':
    case 'date':
      return typeof stored === 'string' ? stored : undefined;
    case 'timestamp':
      return typeof stored === 'string' ? instant(stored, type.unit) : undefined;
    case 'binary':
      return stored instanceof Uint8Array ? stored : undefined;
    case 'json':
    case 'list':
      return typeof stored === 'string' ? parsed(stored) : undefined;
  }
}

/** SQLite has no decimals: numeric columns come back as whole numbers or doubles, exact to 15 digits. */
function decimalText(stored: unknown, scale: number): string | undefined {
  if (typeof stored === 'bigint') return scale === 0 ? String(stored) : `${stored}.${'0'.repeat(scale)}`;
  if (typeof stored === 'number') return Math.abs(stored) < 1e21 ? stored.toFixed(scale) : undefined;
  const match = typeof stored === 'string' ? /^(-?\d+)(?:\.(\d+))?$/.exec(stored) : null;
  if (match === null) return undefined;
  const fraction = match[2] ?? '';
  if (fraction.length > scale) return undefined;
  return scale === 0 ? match[1] : `${match[1]}.${fraction.padEnd(scale, '0')}`;
}

/** Instants are stored as UTC text, `YYYY-MM-DD HH:MM:SS[.fraction]`; a `T` and a `Z` are read too. */
function instant(text: string, unit: keyof typeof NANOSECONDS): Date | bigint | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z?$/.exec(text);
  if (match === null) return undefined;
  const seconds = Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(seconds)) return undefined;
  const nanoseconds = BigInt(seconds) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
  return unit === 's' || unit === 'ms'
    ? new Date(Number(nanoseconds / 1_000_000n))
    : nanoseconds / NANOSECONDS[unit];
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

/** A parameter as `node:sqlite` takes it: booleans as 0 and 1, instants as the text they are stored as. */
export function boundValue(value: Parameter): string | number | bigint | null | Uint8Array {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/(\.000)?Z$/, '');
  return value;
}
