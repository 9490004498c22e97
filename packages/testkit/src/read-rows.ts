import type { Batch } from '@perf/contracts';
import { toRows } from '@perf/contracts';

/** All rows of a stream as arrays in the schema's order, whatever the shape and layout of its batches; undefined counts as null. */
export async function readRows(batches: AsyncIterable<Batch>): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return rows;
}

/** The rows of one batch as arrays in the schema's order. */
export function rowsOf(batch: Batch): unknown[][] {
  const asRows = toRows(batch);
  if (asRows.layout === 'arrays') return asRows.rows.map((row) => row.map((cell) => cell ?? null));
  const names = asRows.schema.fields.map((field) => field.name);
  return asRows.rows.map((row) => names.map((name) => row[name] ?? null));
}
