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
 * `JSON` are text in ISO form or JSON. Any other name is read by SQLite's own rules of affinity, except that names with
 * numeric affinity and no other meaning (`UUID`, `TIME`) are text. Undefined for an expression, which declares nothing.
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
  return { kind: AFFINITIES.find(([pattern]) => pattern.test(name))?.[1] ?? 'utf8' };
}

/** SQLite's rules (datatype3, 3.1), in their order; `DECIMAL` and `NUMERIC` without digits hold doubles. */
const AFFINITIES: readonly (readonly [RegExp, 'int64' | 'utf8' | 'binary' | 'float64'])[] = [
  [/INT/, 'int64'],
  [/CHAR|CLOB|TEXT/, 'utf8'],
  [/BLOB/, 'binary'],
  [/REAL|FLOA|DOUB/, 'float64'],
  [/^(?:DECIMAL|NUMERIC|NUMBER)$/, 'float64'],
];

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
