import type { ArrayRowBatch, Batch, Column, ColumnBatch, ColumnData, RowBatch } from './batch.ts';
import { isPresent, isUtf8Data } from './batch.ts';
import { dateToDays, daysToDate } from './calendar.ts';
import type { DataType, Field, TimeUnit } from './data-type.ts';
import { printDataType } from './data-type.ts';
import { PerfError } from './errors.ts';

/** Units of a second in each time unit. */
const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

/** Gives the row form of value `index` of a column, or null. Made once per column, called once per value. */
export type CellReader = (index: number) => unknown;

/** A reader for `column` of `type`: each call gives the value as it stands in a row. */
export function cellReader(type: DataType, column: Column): CellReader {
  const read = presentReader(type, column.data);
  return column.validity === undefined ? read : (index) => (isPresent(column, index) ? read(index) : null);
}

function presentReader(type: DataType, data: ColumnData): CellReader {
  if (isUtf8Data(data)) {
    // A byte order mark at the start of a value is data.
    const text = new TextDecoder('utf-8', { ignoreBOM: true });
    return (index) => text.decode(data.bytes.subarray(data.offsets[index], data.offsets[index + 1]));
  }
  if (type.kind === 'bool') return (index) => data[index] === 1;
  if (type.kind === 'date') return (index) => daysToDate(Number(data[index]));
  if (type.kind === 'timestamp' && (type.unit === 's' || type.unit === 'ms')) {
    const scale = type.unit === 's' ? 1000 : 1;
    return (index) => new Date(Number(data[index]) * scale);
  }
  return (index) => data[index];
}

/** The same batch as rows; a row batch is given back as it is. Columns become arrays, one per row. */
export function toRows(batch: Batch): RowBatch {
  if (batch.kind === 'rows') return batch;
  const readers = batch.schema.fields.map((field, i) => cellReader(field.type, columnAt(batch, i)));
  const rows: unknown[][] = [];
  for (let index = 0; index < batch.length; index++) rows.push(readers.map((read) => read(index)));
  return { kind: 'rows', schema: batch.schema, layout: 'arrays', rows } satisfies ArrayRowBatch;
}

/** The same batch as columns; a column batch is given back as it is. Refuses a value that does not fit its field (`ERR_PERF_INVALID_VALUE`). */
export function toColumns(batch: Batch): ColumnBatch {
  if (batch.kind === 'columns') return batch;
  const { schema } = batch;
  const length = batch.rows.length;
  const columns = schema.fields.map((field, i) => {
    const values =
      batch.layout === 'objects' ? batch.rows.map((row) => row[field.name]) : batch.rows.map((row) => row[i]);
    return columnOf(field, values);
  });
  return { kind: 'columns', schema, length, columns };
}

/** One column from row values; `undefined` counts as null. */
export function columnOf(field: Field, values: readonly unknown[]): Column {
  const data = emptyData(field.type, values.length);
  let validity: Uint8Array | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      validity ??= allPresent(values.length);
      validity[i >> 3] = (validity[i >> 3] ?? 0) & ~(1 << (i & 7));
      if (Array.isArray(data)) data[i] = null;
      continue;
    }
    const stored = storedForm(field, value, i);
    if (Array.isArray(data)) data[i] = stored;
    else if (data instanceof BigInt64Array) data[i] = typeof stored === 'bigint' ? stored : 0n;
    else data[i] = typeof stored === 'number' ? stored : 0;
  }
  return validity === undefined ? { data } : { data, validity };
}

function columnAt(batch: ColumnBatch, index: number): Column {
  const column = batch.columns[index];
  if (column === undefined) throw new PerfError('ERR_PERF_INVALID_VALUE', `the batch has no column ${index}`);
  return column;
}

function emptyData(
  type: DataType,
  length: number,
): Uint8Array | Int32Array | Float64Array | BigInt64Array | unknown[] {
  switch (type.kind) {
    case 'bool':
      return new Uint8Array(length);
    case 'int32':
    case 'date':
      return new Int32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int64':
    case 'timestamp':
      return new BigInt64Array(length);
    case 'decimal':
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return Array.from({ length });
  }
}

function allPresent(length: number): Uint8Array {
  return new Uint8Array((length + 7) >> 3).fill(0xff);
}

/** The value as column data holds it; throws when it does not fit. */
function storedForm(field: Field, value: unknown, row: number): unknown {
  const { type } = field;
  switch (type.kind) {
    case 'bool':
      if (typeof value === 'boolean') return value ? 1 : 0;
      break;
    case 'int32':
      if (typeof value === 'number' && (value | 0) === value) return value;
      break;
    case 'float64':
      if (typeof value === 'number') return value;
      break;
    case 'int64': {
      const whole = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
      if (typeof whole === 'bigint' && BigInt.asIntN(64, whole) === whole) return whole;
      break;
    }
    case 'date': {
      const days = typeof value === 'string' ? dateToDays(value) : undefined;
      if (days !== undefined) return days;
      break;
    }
    case 'timestamp': {
      const instant = instantIn(type.unit, value);
      if (instant !== undefined) return instant;
      break;
    }
    case 'decimal': {
      const text = typeof value === 'string' ? decimalOf(value, type.precision, type.scale) : undefined;
      if (text !== undefined) return text;
      break;
    }
    case 'utf8':
      if (typeof value === 'string') return value;
      break;
    case 'binary':
      if (value instanceof Uint8Array) return value;
      break;
    case 'list':
      if (Array.isArray(value)) return value;
      break;
    case 'json':
      return value;
  }
  throw new PerfError(
    'ERR_PERF_INVALID_VALUE',
    `column ${field.name}, row ${row} of the batch: a ${typeof value} does not fit ${printDataType(type)}`,
  );
}

/** Decimal text with exactly `scale` digits after the point; undefined when it has more digits than the type. */
function decimalOf(text: string, precision: number, scale: number): string | undefined {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > scale) return undefined;
  if (whole.length > precision - scale && whole.replace(/^0+/, '').length > precision - scale)
    return undefined;
  if (fraction.length === scale) return text;
  return `${text}${fraction === '' ? '.' : ''}${'0'.repeat(scale - fraction.length)}`;
}

function instantIn(unit: TimeUnit, value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : undefined;
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const ms = BigInt(value.getTime());
  return unit === 's' ? BigInt(Math.floor(value.getTime() / 1000)) : (ms * PER_SECOND[unit]) / 1000n;
}
