import type { DataType } from '@perf/contracts';
import type { DuckDBType } from '@duckdb/node-api';
import { DuckDBArrayType, DuckDBListType } from '@duckdb/node-api';

/** The contract's type for a type of the driver. */
export function dataTypeOf(type: DuckDBType): DataType {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType)
    return { kind: 'list', item: dataTypeOf(type.valueType) };
  return dataTypeNamed(type.alias === 'JSON' ? 'JSON' : type.toString());
}

/**
 * The contract's type for a type as SQL names it, as in `DECIMAL(12,2)` or `INTEGER[]`. Whole numbers too wide for int64
 * become decimals without a fraction; times, intervals, bits, enums and UUIDs text; structs, maps and unions JSON.
 */
export function dataTypeNamed(name: string): DataType {
  const list = /^(.*)\[\d*\]$/s.exec(name)?.[1];
  if (list !== undefined) return { kind: 'list', item: dataTypeNamed(list) };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(name);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (/^(STRUCT|MAP|UNION)\b/.test(name)) return { kind: 'json' };
  return NAMED.get(name) ?? { kind: 'utf8' };
}

const NAMED: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['BOOLEAN', { kind: 'bool' }],
  ...['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT'].map((name): [string, DataType] => [
    name,
    { kind: 'int32' },
  ]),
  ...['UINTEGER', 'BIGINT'].map((name): [string, DataType] => [name, { kind: 'int64' }]),
  ['UBIGINT', { kind: 'decimal', precision: 20, scale: 0 }],
  ...['HUGEINT', 'UHUGEINT'].map((name): [string, DataType] => [
    name,
    { kind: 'decimal', precision: 38, scale: 0 },
  ]),
  ...['FLOAT', 'DOUBLE'].map((name): [string, DataType] => [name, { kind: 'float64' }]),
  ['DATE', { kind: 'date' }],
  ['TIMESTAMP_S', { kind: 'timestamp', unit: 's' }],
  ['TIMESTAMP_MS', { kind: 'timestamp', unit: 'ms' }],
  ['TIMESTAMP', { kind: 'timestamp', unit: 'us' }],
  ['TIMESTAMP WITH TIME ZONE', { kind: 'timestamp', unit: 'us' }],
  ['TIMESTAMP_NS', { kind: 'timestamp', unit: 'ns' }],
  ['BLOB', { kind: 'binary' }],
  ['JSON', { kind: 'json' }],
]);
