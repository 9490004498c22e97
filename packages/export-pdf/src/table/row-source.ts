import { isUtf8 } from 'node:buffer';
import type { Batch, CellReader, ColumnBatch, Field, RowBatch, Schema, Utf8Data } from '@perf/contracts';
import { PerfError, cellReader, isUtf8Data } from '@perf/contracts';
import { checkSameSchema, columnAt } from '@perf/export-core';

/** A column to read, and its place in the source's schema. */
export interface ReadColumn {
  readonly field: Field;
  readonly index: number;
}

/** The values of a batch, of rows or of columns, in the order of the columns to be written. */
export interface RowSource {
  readonly length: number;
  /** The value in its row form; null and undefined are null. */
  value(row: number, column: number): unknown;
}

/** Reads `batch`. Throws when its schema is not the one announced, or a column is missing, too short or not UTF-8. */
export function rowSource(batch: Batch, schema: Schema, columns: readonly ReadColumn[]): RowSource {
  checkSameSchema(schema, batch.schema);
  return batch.kind === 'rows' ? rowsOf(batch, columns) : columnsOf(batch, columns);
}

function rowsOf(batch: RowBatch, columns: readonly ReadColumn[]): RowSource {
  const rows: readonly unknown[] = batch.rows;
  const isObjects = batch.layout === 'objects';
  const keys = columns.map(({ field, index }) => (isObjects ? field.name : index));
  /** Names that every object inherits are read as its own only. */
  const inherited = columns.map(({ field }) => isObjects && field.name in Object.prototype);
  return {
    length: rows.length,
    value(row, column) {
      const found = rows[row];
      if (!isRow(found))
        throw new PerfError('ERR_PERF_SOURCE_FAILED', `row ${row} of a batch is not an object or array`);
      const key = keys[column] ?? 0;
      if (inherited[column] === true && !Object.hasOwn(found, key)) return null;
      return found[key];
    },
  };
}

function columnsOf(batch: ColumnBatch, columns: readonly ReadColumn[]): RowSource {
  const readers = columns.map(({ field, index }): CellReader => {
    const column = columnAt(field, batch, index);
    const { data } = column;
    if (isUtf8Data(data) && !isText(data, batch.length))
      throw new PerfError('ERR_PERF_INVALID_VALUE', `column ${field.name}: its bytes are not UTF-8`);
    return cellReader(field.type, column);
  });
  return { length: batch.length, value: (row, column) => readers[column]?.(row) };
}

/** Whether each value is UTF-8 by itself: no character lies half in one and half in the next. */
function isText({ offsets, bytes }: Utf8Data, length: number): boolean {
  const end = offsets[length] ?? 0;
  if (!isUtf8(bytes.subarray(offsets[0], end))) return false;
  for (let i = 1; i < length; i++) {
    const offset = offsets[i] ?? 0;
    if (offset < end && ((bytes[offset] ?? 0) & 0xc0) === 0x80) return false;
  }
  return true;
}

function isRow(row: unknown): row is Readonly<Record<string | number, unknown>> {
  return typeof row === 'object' && row !== null;
}
