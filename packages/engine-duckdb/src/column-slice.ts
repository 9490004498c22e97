import type { Column, ColumnBatch, ColumnData } from '@perf/contracts';
import { isPresent, isUtf8Data } from '@perf/contracts';

/** The batch in pieces of at most `most` rows; one piece, the batch itself, when it is small enough. */
export function* sliceBatch(batch: ColumnBatch, most: number): Generator<ColumnBatch> {
  if (batch.length <= most) {
    yield batch;
    return;
  }
  for (let from = 0; from < batch.length; from += most) {
    const to = Math.min(from + most, batch.length);
    const columns = batch.columns.map((column) => sliceColumn(column, from, to));
    yield { kind: 'columns', schema: batch.schema, length: to - from, columns };
  }
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
