import type { Batch, Column, ColumnBatch, ColumnData, RowBatch, Schema, Utf8Data } from '@perf/contracts';
import { isPresent, isUtf8Data } from '@perf/contracts';

/** Some rows of a batch, of the columns at `kept` only, which are those of `schema`. */
export function takeRows(
  batch: Batch,
  indices: readonly number[],
  kept: readonly number[],
  schema: Schema,
): Batch {
  return batch.kind === 'rows'
    ? ofRows(batch, indices, kept, schema)
    : ofColumns(batch, indices, kept, schema);
}

function ofRows(
  batch: RowBatch,
  indices: readonly number[],
  kept: readonly number[],
  schema: Schema,
): RowBatch {
  if (batch.layout === 'objects') return { ...batch, schema, rows: picked(batch.rows, indices) };
  const rows = picked(batch.rows, indices).map((row) => kept.map((index) => row[index]));
  return { ...batch, schema, rows };
}

function ofColumns(
  batch: ColumnBatch,
  indices: readonly number[],
  kept: readonly number[],
  schema: Schema,
): ColumnBatch {
  // All rows, in their order: the columns as they are.
  const isWhole = indices.length === batch.length;
  const columns = kept.flatMap((index) => {
    const column = batch.columns[index];
    if (column === undefined) return [];
    return isWhole ? column : takenColumn(column, indices);
  });
  return { kind: 'columns', schema, length: indices.length, columns };
}

function takenColumn(column: Column, indices: readonly number[]): Column {
  const data = takenData(column.data, indices);
  if (column.validity === undefined) return { data };
  const validity = new Uint8Array((indices.length + 7) >> 3);
  for (const [to, from] of indices.entries())
    if (isPresent(column, from)) validity[to >> 3] = (validity[to >> 3] ?? 0) | (1 << (to & 7));
  return { data, validity };
}

function takenData(data: ColumnData, indices: readonly number[]): ColumnData {
  if (isUtf8Data(data)) return takenText(data, indices);
  if (data instanceof BigInt64Array) return BigInt64Array.from(picked(data, indices));
  if (data instanceof Int32Array) return Int32Array.from(picked(data, indices));
  if (data instanceof Float64Array) return Float64Array.from(picked(data, indices));
  if (data instanceof Uint8Array) return Uint8Array.from(picked(data, indices));
  return indices.map((index) => data[index]);
}

function takenText({ offsets, bytes }: Utf8Data, indices: readonly number[]): Utf8Data {
  const taken = new Int32Array(indices.length + 1);
  let size = 0;
  for (const [to, from] of indices.entries()) {
    size += (offsets[from + 1] ?? 0) - (offsets[from] ?? 0);
    taken[to + 1] = size;
  }
  const text = new Uint8Array(size);
  for (const [to, from] of indices.entries())
    text.set(bytes.subarray(offsets[from], offsets[from + 1]), taken[to]);
  return { offsets: taken, bytes: text };
}

function picked<T>(values: ArrayLike<T>, indices: readonly number[]): T[] {
  const taken: T[] = [];
  for (const index of indices) {
    const value = values[index];
    if (value !== undefined) taken.push(value);
  }
  return taken;
}
