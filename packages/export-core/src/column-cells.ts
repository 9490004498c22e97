import type { Column, ColumnBatch, ColumnData, Field, Utf8Data } from '@perf/contracts';
import { PerfError, cellReader, isUtf8Data, printDataType } from '@perf/contracts';
import { isAscii, isUtf8 } from 'node:buffer';
import type { CellWriter } from './cell-writer.ts';

/** Writes value `index` of one column. Made once per column of a batch. */
export type IndexWriter = (bytes: Buffer, position: number, index: number) => number;

/** One column of a batch, ready to be written. */
export interface ColumnCells {
  readonly write: IndexWriter;
  readonly validity: Uint8Array | undefined;
  /** The row form of a value, for those that are written in pieces. */
  readonly read: (index: number) => unknown;
}

const HIGH_WORD = 2 ** 32;
const SAFE_HIGH = 2 ** 21;

/** How column `index` of `batch` is written: typed arrays and UTF-8 bytes directly, without making row values. */
export function columnCells(field: Field, cell: CellWriter, batch: ColumnBatch, index: number): ColumnCells {
  const column = fittingColumn(field, batch, index);
  const read = cellReader(field.type, column);
  return {
    write: indexWriter(field, cell, column.data, read, batch.length),
    validity: column.validity,
    read,
  };
}

/**
 * Column `index` of a batch; throws `ERR_PERF_SOURCE_FAILED` when it is absent or too short, its data is not of the field's type, or its
 * offsets leave its bytes.
 */
export function columnAt(field: Field, batch: ColumnBatch, index: number): Column {
  const column = fittingColumn(field, batch, index);
  if (isUtf8Data(column.data)) checkOffsets(field, column.data, batch.length);
  return column;
}

function fittingColumn(field: Field, batch: ColumnBatch, index: number): Column {
  const column = batch.columns[index];
  if (column === undefined) throw broken(field, `the batch has ${batch.columns.length} columns`);
  checkLength(field, column, batch.length);
  const { data } = column;
  if (!isUtf8Data(data) && !fits(field, data))
    throw broken(field, `${data.constructor.name} is not how columns hold ${printDataType(field.type)}`);
  return column;
}

function indexWriter(
  field: Field,
  cell: CellWriter,
  data: ColumnData,
  read: (index: number) => unknown,
  length: number,
): IndexWriter {
  const { number, utf8, value } = cell;
  if (isUtf8Data(data)) {
    if (field.type.kind === 'utf8' && utf8 !== undefined) return textWriter(field, utf8, data, length);
    checkOffsets(field, data, length);
    return (bytes, p, i) => value(bytes, p, read(i));
  }
  if (data instanceof BigInt64Array) {
    if (number === undefined) return (bytes, p, i) => value(bytes, p, read(i));
    return wordWriter(data, number, value);
  }
  if (number !== undefined && (data instanceof Float64Array || data instanceof Int32Array))
    return (bytes, p, i) => number(bytes, p, data[i] ?? 0);
  if (number !== undefined && data instanceof Uint8Array)
    return (bytes, p, i) => number(bytes, p, data[i] ?? 0);
  if (Array.isArray(data)) return (bytes, p, i) => value(bytes, p, data[i]);
  return (bytes, p, i) => value(bytes, p, read(i));
}

/** Text by its bytes, which are checked first: all of them at once, and where each value begins and ends when it is written. */
function textWriter(
  field: Field,
  utf8: NonNullable<CellWriter['utf8']>,
  { offsets, bytes: memory }: Utf8Data,
  length: number,
): IndexWriter {
  const first = offsets[0] ?? 0;
  const last = offsets[length] ?? 0;
  if (first < 0 || last < first || last > memory.length) throw outside(field, memory.length);
  const text = memory.subarray(first, last);
  if (!isUtf8(text))
    throw new PerfError('ERR_PERF_INVALID_VALUE', `column ${field.name}: its bytes are not UTF-8`);
  const hasLong = !isAscii(text);
  // A view of this batch alone: writers know by it what they have looked at, though a source may use its memory again.
  const source = memory.subarray();
  return (bytes, p, i) => {
    const from = offsets[i] ?? 0;
    const to = offsets[i + 1] ?? 0;
    // Negative when one of the three is.
    if (((from - first) | (to - from) | (last - to)) < 0) throw outside(field, memory.length);
    if (hasLong && (isInside(source, from, last) || isInside(source, to, last))) throw insideCharacter(field);
    return utf8(bytes, p, source, from, to);
  };
}

/** Whether a character goes on at `position`. */
function isInside(bytes: Uint8Array, position: number, end: number): boolean {
  return position < end && ((bytes[position] ?? 0) & 0xc0) === 0x80;
}

/** 64-bit values by their two words: no bigint is made for those that are safe integers. */
function wordWriter(
  data: BigInt64Array,
  number: NonNullable<CellWriter['number']>,
  value: CellWriter['value'],
): IndexWriter {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2);
  return (bytes, p, i) => {
    const high = words[2 * i + 1] ?? 0;
    if (high >= SAFE_HIGH || high < -SAFE_HIGH) return value(bytes, p, data[i]);
    const exact = high * HIGH_WORD + ((words[2 * i] ?? 0) >>> 0);
    return exact === -(2 ** 53) ? value(bytes, p, data[i]) : number(bytes, p, exact);
  };
}

function fits(field: Field, data: Exclude<ColumnData, { readonly offsets: Int32Array }>): boolean {
  if (Array.isArray(data))
    return !['bool', 'int32', 'float64', 'int64', 'date', 'timestamp'].includes(field.type.kind);
  switch (field.type.kind) {
    case 'bool':
      return data instanceof Uint8Array;
    case 'int32':
    case 'date':
      return data instanceof Int32Array;
    case 'float64':
      return data instanceof Float64Array;
    case 'int64':
    case 'timestamp':
      return data instanceof BigInt64Array;
    case 'decimal':
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return false;
  }
}

function checkLength(field: Field, column: Column, length: number): void {
  const { data, validity } = column;
  const values = isUtf8Data(data) ? data.offsets.length - 1 : data.length;
  if (values < length) throw broken(field, `it has ${values} values for ${length} rows`);
  if (validity !== undefined && validity.length * 8 < length)
    throw broken(field, `its validity covers ${validity.length * 8} of ${length} rows`);
}

function checkOffsets(field: Field, { offsets, bytes }: Utf8Data, length: number): void {
  for (let i = 0; i < length; i++) {
    const from = offsets[i] ?? 0;
    const to = offsets[i + 1] ?? 0;
    if (from < 0 || to < from || to > bytes.length) throw outside(field, bytes.length);
  }
}

function outside(field: Field, length: number): PerfError {
  return broken(field, `its offsets do not ascend within its ${length} bytes`);
}

/** All bytes may be valid together while a character lies half in one value and half in the next. */
function insideCharacter(field: Field): PerfError {
  return new PerfError(
    'ERR_PERF_INVALID_VALUE',
    `column ${field.name}: an offset lies inside of a character`,
  );
}

function broken(field: Field, what: string): PerfError {
  return new PerfError('ERR_PERF_SOURCE_FAILED', `column ${field.name}: ${what}`);
}
