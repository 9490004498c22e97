import type { QueryEngine } from '@perf/contracts';
import { cellReader, throwIfAborted } from '@perf/contracts';

/** How rows are read for statistics. */
export interface RowReading {
  readonly engine: QueryEngine;
  readonly signal: AbortSignal | undefined;
  /** Called after each batch with what is read and how many rows of it were. */
  readonly onRows: ((reading: string, rows: number) => void) | undefined;
}

/** Gives the cells of one row: by column, in row form. Holds until the next row. */
export type Cells = (column: number) => unknown;

/** Reads all rows of a statement of ours, one by one. @param reading what it is, for progress and errors */
export async function readEachRow(
  { engine, signal, onRows }: RowReading,
  { text, reading }: { readonly text: string; readonly reading: string },
  each: (cells: Cells) => void,
): Promise<void> {
  throwIfAborted(signal, reading);
  const statement = { dialect: engine.dialect, text, parameters: [] };
  await using stream = await engine.execute(statement, { signal, shape: 'columns' });
  let rows = 0;
  for await (const batch of stream) {
    throwIfAborted(signal, reading);
    if (batch.kind !== 'columns') continue;
    const readers = batch.columns.map((column, i) =>
      cellReader(stream.schema.fields[i]?.type ?? { kind: 'utf8' }, column),
    );
    let row = 0;
    const cells: Cells = (column) => readers[column]?.(row) ?? null;
    for (; row < batch.length; row++) each(cells);
    rows += batch.length;
    onRows?.(reading, rows);
  }
}

/** A value as text, so that different ones of a column differ. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return String(value.getTime());
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : JSON.stringify(value);
}

/** The key that cells make, as text; undefined when one of them is null. */
export function keyOf(cells: Cells, columns: readonly number[]): string | undefined {
  let key = '';
  for (const [i, column] of columns.entries()) {
    const cell = cells(column);
    if (cell === null) return undefined;
    const text = textOf(cell);
    key = i === 0 ? text : `${key.length}:${key}${text}`;
  }
  return key;
}
