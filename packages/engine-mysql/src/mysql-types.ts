import type { DataType } from '@perf/contracts';
import type { DriverField } from './driver.ts';

/** Codes of types in MySQL's protocol. */
const CODE = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longLong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  newDate: 14,
  bit: 16,
  vector: 242,
  json: 245,
  newDecimal: 246,
  geometry: 255,
} as const;

/** Number of the collation of bytes. */
const BINARY = 63;
const UNSIGNED = 32;

/** Most digits that the contract's decimals have; MySQL's have up to 65. */
const MOST_DIGITS = 38;

/** The contract's type of a column of an answer. */
export function dataTypeOf(field: DriverField): DataType {
  const { columnType = -1, columnLength = 0, decimals } = field;
  const unsigned = hasFlag(field, UNSIGNED);
  switch (columnType) {
    case CODE.tiny:
      return columnLength === 1 ? { kind: 'bool' } : { kind: 'int32' };
    case CODE.short:
    case CODE.int24:
    case CODE.year:
      return { kind: 'int32' };
    case CODE.long:
      return { kind: unsigned ? 'int64' : 'int32' };
    case CODE.longLong:
      return unsigned ? BIG_UNSIGNED : { kind: 'int64' };
    case CODE.float:
    case CODE.double:
      return { kind: 'float64' };
    case CODE.decimal:
    case CODE.newDecimal:
      return decimalType(columnLength - (decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1), decimals);
    case CODE.date:
    case CODE.newDate:
      return { kind: 'date' };
    case CODE.datetime:
    case CODE.timestamp:
      return timestampType(decimals);
    case CODE.time:
      return { kind: 'utf8' };
    case CODE.bit:
      return bitType(columnLength);
    case CODE.json:
    case CODE.geometry:
      return { kind: 'json' };
    case CODE.vector:
      return { kind: 'list', item: { kind: 'float64' } };
    default:
      return textType(field);
  }
}

/** What information_schema tells of a column's type. */
export interface DeclaredType {
  /** As in `bigint`. */
  readonly dataType: string;
  /** As in `bigint(20) unsigned`. */
  readonly columnType: string;
  readonly precision: number;
  readonly scale: number;
  /** Digits of the fraction of a second. */
  readonly fraction: number;
  /** Whether the column is text that must be JSON: MariaDB's JSON. */
  readonly checkedJson: boolean;
}

/** The contract's type of a declared column. */
export function declaredType(declared: DeclaredType): DataType {
  const { dataType, columnType, precision, scale, fraction } = declared;
  const unsigned = / unsigned/.test(columnType);
  switch (dataType) {
    case 'tinyint':
      return columnType.startsWith('tinyint(1)') ? { kind: 'bool' } : { kind: 'int32' };
    case 'smallint':
    case 'mediumint':
    case 'year':
      return { kind: 'int32' };
    case 'int':
      return { kind: unsigned ? 'int64' : 'int32' };
    case 'bigint':
      return unsigned ? BIG_UNSIGNED : { kind: 'int64' };
    case 'float':
    case 'double':
      return { kind: 'float64' };
    case 'decimal':
      return decimalType(precision, scale);
    case 'date':
      return { kind: 'date' };
    case 'datetime':
    case 'timestamp':
      return timestampType(fraction);
    case 'bit':
      return bitType(precision);
    case 'json':
      return { kind: 'json' };
    case 'vector':
      return { kind: 'list', item: { kind: 'float64' } };
    default:
      if (SHAPES.has(dataType)) return { kind: 'json' };
      if (/binary$|blob$/.test(dataType)) return { kind: 'binary' };
      return { kind: declared.checkedJson ? 'json' : 'utf8' };
  }
}

const BIG_UNSIGNED: DataType = { kind: 'decimal', precision: 20, scale: 0 };
const SHAPES: ReadonlySet<string> = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
]);

function decimalType(precision: number, scale: number): DataType {
  const digits = Math.min(Math.max(precision, 1), MOST_DIGITS);
  return { kind: 'decimal', precision: digits, scale: Math.min(scale, digits) };
}

function timestampType(fraction: number): DataType {
  return { kind: 'timestamp', unit: fraction === 0 ? 's' : fraction <= 3 ? 'ms' : 'us' };
}

/** Bits are a number in comparisons, so they are one in answers too. */
function bitType(bits: number): DataType {
  if (bits === 1) return { kind: 'bool' };
  return bits === 64 ? BIG_UNSIGNED : { kind: 'int64' };
}

function textType({ characterSet, extendedFormat }: DriverField): DataType {
  if (extendedFormat === 'json') return { kind: 'json' };
  return { kind: characterSet === BINARY ? 'binary' : 'utf8' };
}

function hasFlag({ flags }: DriverField, flag: number): boolean {
  return typeof flags === 'number' && (flags & flag) !== 0;
}
