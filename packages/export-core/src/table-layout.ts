import type { Field, Schema } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { CellWriter } from './cell-writer.ts';
import type { Piece } from './piece.ts';

/** One column of the output. */
export interface TableColumn {
  /** The source's field. */
  readonly field: Field;
  /** Its position in the source's schema. */
  readonly index: number;
  /** Bytes before each value, as a JSON key. */
  readonly prefix: Uint8Array;
  /** What stands for null; `undefined` leaves prefix and separator out too. */
  readonly nullBytes: Uint8Array | undefined;
  readonly cell: CellWriter;
}

/** How a text format lays out rows: `open value separator value close`, between a header and a footer. */
export interface TableLayout {
  readonly columns: readonly TableColumn[];
  /** Bytes before the first row, its separator from the header included; a function is asked when the export begins. */
  readonly header: Uint8Array | (() => Iterable<Piece>);
  /** Bytes at the start of the first row. */
  readonly firstOpen: Uint8Array;
  /** Bytes at the start of every later row. */
  readonly open: Uint8Array;
  /** One byte between values. */
  readonly separator: number;
  /** Bytes at the end of every row. */
  readonly close: Uint8Array;
  /** Bytes after the last row; a function is asked when the last row is written. */
  readonly footer: Uint8Array | (() => Iterable<Piece>);
  /** Writes the start of a row instead of `firstOpen` and `open`. */
  readonly openRow?: RowOpener | undefined;
  /** Cuts the rows into parts. Absent: all rows are one part. */
  readonly parts?: TableParts | undefined;
}

/** How a row begins that says where it stands. */
export interface RowOpener {
  /** Most bytes that `write` writes. */
  readonly width: number;
  /** Gives the position after what it wrote. @param row from 0, counted from the beginning of the part */
  readonly write: (bytes: Buffer, position: number, row: number) => number;
}

/** Parts of a table, as the sheets of a workbook. */
export interface TableParts {
  /** Rows of a part, read when it begins; one that no rows follow is not ended by `between`. */
  readonly rows: number;
  /** What ends a part and begins the next, asked when another row follows, before `rows` of the next is read. */
  readonly between: () => Iterable<Piece>;
}

/** How far cells that check the room may write in a block. What lies behind is kept for the rest of the row. */
export class Room {
  /** Position that a value must not pass. Set by the encoder. */
  limit = 0;
}

/** Most bytes that one row needs beside the values that check the room themselves. */
export function rowReserve(layout: Omit<TableLayout, 'header' | 'footer'>): number {
  const open = Math.max(layout.open.length, layout.firstOpen.length, layout.openRow?.width ?? 0);
  let bytes = open + layout.close.length + 1;
  for (const { prefix, nullBytes, cell } of layout.columns)
    bytes += prefix.length + Math.max(cell.width, nullBytes?.length ?? 0) + 1;
  return bytes;
}

/**
 * The fields to write and their positions: all of the schema, or those named, in the order named.
 * Refuses a name that the schema does not hold, or that is named twice.
 */
export function chosenFields(
  schema: Schema,
  names: readonly string[] | undefined,
): readonly { readonly field: Field; readonly index: number }[] {
  const all = schema.fields.map((field, index) => ({ field, index }));
  if (names === undefined) return all;
  if (new Set(names).size < names.length)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `columns names one column twice: ${names.join(', ')}`);
  return names.map((name) => {
    const found = all.find(({ field }) => field.name === name);
    if (found === undefined)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `columns names ${name}, which the source does not have`);
    return found;
  });
}
