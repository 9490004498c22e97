import type { Batch, Column, ColumnBatch, ColumnData } from './batch.ts';
import { batchLength, isPresent, isUtf8Data } from './batch.ts';

/** Rows `from` to before `to` of a batch, in its own shape; the batch itself when that is all. Column data is shared where it can be. */
export function sliceBatch(batch: ColumnBatch, from: number, to: number): ColumnBatch;
export function sliceBatch(batch: Batch, from: number, to: number): Batch;
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from <= 0 && to >= batchLength(batch)) return batch;
  if (batch.kind === 'columns') {
    const columns = batch.columns.map((column) => sliceColumn(column, from, to));
    return { kind: 'columns', schema: batch.schema, length: to - from, columns };
  }
  return batch.layout === 'objects'
    ? { ...batch, rows: batch.rows.slice(from, to) }
    : { ...batch, rows: batch.rows.slice(from, to) };
}

function sliceColumn(column: Column, from: number, to: number): Column {
  const data = sliceData(column.data, from, to);
  if (column.validity === undefined) return { data };
  const validity = new Uint8Array((to - from + 7) >> 3);
  for (let i = from; i < to; i++)
    if (isPresent(column, i))
      validity[(i - from) >> 3] = (validity[(i - from) >> 3] ?? 0) | (1 << ((i - from) & 7));
  return { data, validity };
}

function sliceData(data: ColumnData, from: number, to: number): ColumnData {
  if (isUtf8Data(data)) return { offsets: data.offsets.subarray(from, to + 1), bytes: data.bytes };
  return ArrayBuffer.isView(data) ? data.subarray(from, to) : data.slice(from, to);
}
