import type { Schema } from './data-type.ts';

/** UTF-8 text of a whole column: value `i` is `bytes[offsets[i] .. offsets[i + 1]]`. */
export interface Utf8Data {
  /** `length + 1` ascending positions. */
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** Values of one column, by type; see `DataType`. What stands at a null's place has no meaning. */
export type ColumnData =
  | Uint8Array
  | Int32Array
  | Float64Array
  | BigInt64Array
  | Utf8Data
  | readonly unknown[];

/** One column of a batch. */
export interface Column {
  readonly data: ColumnData;
  /** One bit a row, 1 = present, least bit first. Absent: no nulls. */
  readonly validity?: Uint8Array;
}

/** Rows as objects by field name; a missing property is null. */
export interface ObjectRowBatch {
  readonly kind: 'rows';
  readonly schema: Schema;
  readonly layout: 'objects';
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Rows as arrays in the schema's order. */
export interface ArrayRowBatch {
  readonly kind: 'rows';
  readonly schema: Schema;
  readonly layout: 'arrays';
  readonly rows: readonly (readonly unknown[])[];
}

/** A stretch of an answer as rows. */
export type RowBatch = ObjectRowBatch | ArrayRowBatch;

/** A stretch of an answer as columns. */
export interface ColumnBatch {
  readonly kind: 'columns';
  readonly schema: Schema;
  /** Rows in every column. */
  readonly length: number;
  /** In the schema's order. */
  readonly columns: readonly Column[];
}

/** A stretch of an answer. All batches of one stream have one schema. */
export type Batch = RowBatch | ColumnBatch;

/** Rows per batch unless an option says otherwise. */
export const DEFAULT_BATCH_ROWS = 4096;

/** Number of rows in a batch. */
export function batchLength(batch: Batch): number {
  return batch.kind === 'rows' ? batch.rows.length : batch.length;
}

/** Whether row `index` of `column` holds a value. */
export function isPresent(column: Column, index: number): boolean {
  return column.validity === undefined || ((column.validity[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/** Tells `Utf8Data` from the other forms of column data. */
export function isUtf8Data(data: ColumnData): data is Utf8Data {
  return 'offsets' in data;
}
