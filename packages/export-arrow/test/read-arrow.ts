import { zstdDecompressSync } from 'node:zlib';
import { daysToDate } from '@perf/contracts';
import type { ReadBack } from '@perf/testkit';
import * as arrow from 'apache-arrow';
import { decodeLz4 } from './lz4-decode.ts';

arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: decodeLz4 });
arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, { decode: (data) => zstdDecompressSync(data) });

/** A table read by apache-arrow, every value in the row form of its Arrow type; JSON stays text. */
export function readArrow(bytes: Uint8Array): ReadBack {
  const table = arrow.tableFromIPC(bytes);
  const columns = table.schema.fields.map((_, i) => columnOf(table, i));
  return {
    names: table.schema.fields.map(({ name }) => name),
    rows: Array.from({ length: table.numRows }, (_, row) => columns.map((values) => values[row])),
  };
}

/** The printed types of a table's columns. */
export function arrowTypes(bytes: Uint8Array): string[] {
  return arrow.tableFromIPC(bytes).schema.fields.map(({ type }) => String(type));
}

/** Columns are taken by position, as names may repeat. */
function columnOf(table: arrow.Table, index: number): unknown[] {
  return table.batches.flatMap((batch) => {
    const vector = batch.getChildAt(index);
    return Array.from({ length: batch.numRows }, (_, row) => valueOf(vector, row));
  });
}

function valueOf(vector: arrow.Vector | null, row: number): unknown {
  if (vector === null || !vector.isValid(row)) return null;
  const type: unknown = vector.type;
  const [data] = vector.data;
  const values: unknown = data?.values;
  if (arrow.DataType.isDate(type) && values instanceof Int32Array) return daysToDate(values[row] ?? 0);
  if (arrow.DataType.isTimestamp(type) && values instanceof BigInt64Array)
    return instantOf(type, values[row] ?? 0n);
  if (arrow.DataType.isDecimal(type) && values instanceof Uint32Array)
    return decimalText(values.subarray(row * 4, row * 4 + 4), type.scale);
  const offsets: unknown = data?.valueOffsets;
  if (arrow.DataType.isUtf8(type) && values instanceof Uint8Array && offsets instanceof Int32Array)
    return textOf(values.subarray(offsets[row], offsets[row + 1]));
  if (data?.dictionary !== undefined && values instanceof Int32Array)
    return entryOf(data.dictionary, values[row] ?? 0);
  const value: unknown = vector.get(row);
  if (!(value instanceof arrow.Vector)) return value;
  return Array.from({ length: value.length }, (_, i) => valueOf(value.slice(i, i + 1), 0));
}

/** An entry of a dictionary, which may lie in several pieces. */
function entryOf(dictionary: arrow.Vector, index: number): unknown {
  let from = 0;
  for (const piece of dictionary.data) {
    if (index < from + piece.length) return valueOf(new arrow.Vector([piece]), index - from);
    from += piece.length;
  }
  throw new Error(`the dictionary has no entry ${index}`);
}

/** Without apache-arrow's decoder, which takes a byte order mark at the start of a value away. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function instantOf({ unit }: arrow.Timestamp, count: bigint): unknown {
  if (unit === arrow.TimeUnit.MICROSECOND || unit === arrow.TimeUnit.NANOSECOND) return count;
  return new Date(Number(count) * (unit === arrow.TimeUnit.SECOND ? 1000 : 1));
}

function decimalText(words: Uint32Array, scale: number): string {
  let value = 0n;
  for (const [i, word] of words.entries()) value |= BigInt(word) << BigInt(32 * i);
  const signed = BigInt.asIntN(128, value);
  const digits = String(signed < 0n ? -signed : signed).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return signed < 0n ? `-${text}` : text;
}
