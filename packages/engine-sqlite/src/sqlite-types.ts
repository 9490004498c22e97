import type { DataType, TimeUnit } from '@perf/contracts';

/** Digits of the fraction of a second, by the precision written behind TIMESTAMP. */
const UNITS: ReadonlyMap<string, TimeUnit> = new Map<string, TimeUnit>([
  ['0', 's'],
  ['3', 'ms'],
  ['6', 'us'],
  ['9', 'ns'],
]);

const NAMED: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ...['INT', 'INT4', 'MEDIUMINT', 'SMALLINT', 'TINYINT', 'INT2'].map((name): [string, DataType] => [
    name,
    { kind: 'int32' },
  ]),
  ...['INTEGER', 'BIGINT', 'INT8'].map((name): [string, DataType] => [name, { kind: 'int64' }]),
  ...['REAL', 'DOUBLE', 'DOUBLE PRECISION', 'FLOAT'].map((name): [string, DataType] => [
    name,
    { kind: 'float64' },
  ]),
  ...['BOOLEAN', 'BOOL'].map((name): [string, DataType] => [name, { kind: 'bool' }]),
  ['DATE', { kind: 'date' }],
  ['BLOB', { kind: 'binary' }],
  ['JSON', { kind: 'json' }],
]);

/**
 * The contract's type for a declared SQLite type. `INT` is int32 and `INTEGER` int64; `DECIMAL(p,s)` is decimal;
 * `TIMESTAMP` and `DATETIME` are timestamp(us), with `(0)`, `(3)`, `(6)`, `(9)` for other units; `DATE`, `TIMESTAMP` and
 * `JSON` are text in ISO form or JSON. Every other name is text. Undefined for an expression, which declares nothing.
 */
export function declaredType(declared: string | null): DataType | undefined {
  if (declared === null || declared === '') return undefined;
  const name = declared.toUpperCase().trim();
  const plain = NAMED.get(name);
  if (plain !== undefined) return plain;
  const decimal = /^(?:DECIMAL|NUMERIC)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(name);
  if (decimal !== null)
    return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2] ?? 0) };
  const instant = /^(?:TIMESTAMP|DATETIME)\s*(?:\(\s*(\d)\s*\))?$/.exec(name);
  if (instant !== null) return { kind: 'timestamp', unit: UNITS.get(instant[1] ?? '6') ?? 'us' };
  return { kind: 'utf8' };
}

/** The type of an expression's column from the values seen; text when all were null. */
export function seenType(values: readonly unknown[]): DataType {
  let type: DataType | undefined;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const kind =
      typeof value === 'bigint'
        ? 'int64'
        : typeof value === 'number'
          ? 'float64'
          : value instanceof Uint8Array
            ? 'binary'
            : 'utf8';
    if (type === undefined || (type.kind === 'int64' && kind === 'float64')) type = { kind };
    else if (type.kind !== kind && !(type.kind === 'float64' && kind === 'int64')) return { kind: 'utf8' };
  }
  return type ?? { kind: 'utf8' };
}
