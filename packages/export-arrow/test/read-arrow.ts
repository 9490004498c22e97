import { daysToDate } from '@perf/contracts';
import type { ReadBack } from '@perf/testkit';
import * as arrow from 'apache-arrow';

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
  const [data] = vector.data;
  const type: arrow.DataType = vector.type;
  if (arrow.DataType.isDate(type)) return daysToDate(Number(data?.values[row]));
  if (arrow.DataType.isTimestamp(type)) return instantOf(type, data?.values[row]);
  if (arrow.DataType.isDecimal(type))
    return decimalText(data?.values.subarray(row * 4, row * 4 + 4), type.scale);
  if (data !== undefined && arrow.DataType.isUtf8(type)) return textOf(data, row);
  if (data?.dictionary !== undefined) return valueOf(data.dictionary, Number(data.values[row]));
  const value: unknown = vector.get(row);
  if (!arrow.DataType.isList(type) || !(value instanceof arrow.Vector)) return value;
  return Array.from({ length: value.length }, (_, i) => valueOf(sliced(value, i), 0));
}

/** Without apache-arrow's decoder, which takes a byte order mark at the start of a value away. */
function textOf({ values, valueOffsets }: arrow.Data, row: number): string {
  return Buffer.from(values.subarray(valueOffsets[row], valueOffsets[row + 1])).toString();
}

/** One value alone: the memory of a list's items begins somewhere in that of all items. */
function sliced(vector: arrow.Vector, index: number): arrow.Vector {
  return vector.slice(index, index + 1);
}

function instantOf({ unit }: arrow.Timestamp, count: unknown): unknown {
  if (typeof count !== 'bigint') throw new Error('a timestamp is no 64-bit integer');
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
