import type { Batch, ColumnBatch, ExportWarning, RowBatch, Schema } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import { BLOCK_BYTES, BLOCK_SOFT_LIMIT } from './block.ts';
import type { Block } from './block.ts';
import { MISFIT, NO_ROOM } from './cell-writer.ts';
import type { ColumnCells } from './column-cells.ts';
import { columnCells } from './column-cells.ts';
import type { Encoder, EncoderCheckpoints, FillState, LastRow } from './encoder.ts';
import { misfit } from './misfit.ts';
import type { Piece } from './piece.ts';
import { BlockMark } from './piece.ts';
import { NOT_NULLABLE, OMITTED, PlannedColumn } from './planned-column.ts';
import type { KeyedRow } from './row-lanes.ts';
import { writeLanes } from './row-lanes.ts';
import { checkSameSchema } from './same-schema.ts';
import type { Room, TableLayout } from './table-layout.ts';
import { rowReserve } from './table-layout.ts';
import type { Warnings } from './warnings.ts';
import { writeBytes } from './write-integer.ts';

/** Cells written between two looks at the clock. */
const CELLS_PER_FILL = 4096;
/** As many of them stand for one that is slow. */
const CELLS_PER_SLOW = 32;
/** Room that a block always leaves for the values of one row. */
const MIN_ROOM = 256 * 1024;
const NEW_ROW = -1;

/**
 * Writes rows cell by cell as a layout says. A cell without room ends the block, in the middle of its row if need be;
 * one that no block could hold is written in pieces.
 */
export class TableEncoder implements Encoder {
  readonly blockBytes: number;
  readonly checkpoints: EncoderCheckpoints = {
    lastRow: () => this.#lastRow(),
    state: () => ({
      warnings: this.#warnings.state(),
      ...(this.#layout.parts === undefined ? {} : { part: [this.#partStart, this.#partEnd] }),
    }),
    resume: (rows, { warnings, part }) => {
      this.rows = rows;
      this.#warnings.resume(warnings);
      if (this.#layout.parts !== undefined) [this.#partStart, this.#partEnd] = partOf(part);
    },
  };
  rows = 0;

  readonly #schema: Schema;
  readonly #layout: TableLayout;
  readonly #objectColumns: readonly PlannedColumn[];
  readonly #arrayColumns: readonly PlannedColumn[];
  readonly #warnings: Warnings;
  readonly #limit: number;
  readonly #rowsPerFill: number;
  #pieces: Iterator<Piece> | undefined;
  #piece: Uint8Array = NOTHING;
  /** Begins the next block. */
  #startMark: BlockMark | undefined;
  /** Rows before the part that is being written, and those at its end. */
  #partStart = 0;
  #partEnd: number = Number.POSITIVE_INFINITY;
  #batch: Batch | undefined;
  #cells: readonly ColumnCells[] = [];
  /** The next row of the batch, and the column in it where to go on. */
  #row = 0;
  #column = NEW_ROW;
  #inGiant = false;
  readonly #lanes = { column: 0 };

  /** @param room the one that the layout's cells look at; the encoder sets it */
  constructor(schema: Schema, layout: TableLayout, room: Room, warnings: Warnings) {
    this.#schema = schema;
    this.#layout = layout;
    this.#objectColumns = layout.columns.map((column) => new PlannedColumn(column, 'objects'));
    this.#arrayColumns = layout.columns.map((column) => new PlannedColumn(column, 'arrays'));
    this.#warnings = warnings;
    const reserve = rowReserve(layout);
    this.blockBytes = Math.max(BLOCK_BYTES, BLOCK_SOFT_LIMIT + MIN_ROOM + reserve);
    this.#limit = this.blockBytes - reserve;
    room.limit = this.#limit;
    const slow = layout.columns.filter(({ cell }) => cell.isSlow === true).length;
    const cells = Math.max(1, layout.columns.length + slow * (CELLS_PER_SLOW - 1));
    this.#rowsPerFill = Math.max(1, Math.floor(CELLS_PER_FILL / cells));
  }

  begin(): void {
    this.#pieces = piecesOf(this.#layout.header);
    this.#partEnd = this.#layout.parts?.rows ?? Number.POSITIVE_INFINITY;
  }

  load(batch: Batch): void {
    checkSameSchema(this.#schema, batch.schema);
    if (batch.kind === 'columns')
      this.#cells = this.#layout.columns.map(({ field, index, cell }) =>
        columnCells(field, cell, batch, index),
      );
    this.#batch = batch;
    this.#row = 0;
  }

  end(): void {
    this.#batch = undefined;
    this.#pieces = piecesOf(this.#layout.footer);
  }

  /** Ends the part with the row that is being written, as if it were full. Needs `TableLayout.parts`. */
  endPart(): void {
    this.#partEnd = this.#column === NEW_ROW ? this.rows : this.rows + 1;
  }

  /** Ends the part after `rows` rows of all. Needs `TableLayout.parts`. */
  endPartAt(rows: number): void {
    this.#partEnd = rows;
  }

  warnings(): ExportWarning[] {
    return this.#warnings.list();
  }

  fillBlock(block: Block): FillState {
    if (this.#pieces !== undefined && !this.#writePieces(block, this.#pieces)) return 'full';
    const batch = this.#batch;
    if (batch === undefined) return 'done';
    const ahead = this.#row - this.rows;
    try {
      return batch.kind === 'rows' ? this.#fillRows(block, batch) : this.#fillColumns(block, batch);
    } catch (error) {
      throw isPerfError(error) ? error : this.#blamed(error, batch, ahead + this.rows);
    }
  }

  #fillRows(block: Block, batch: RowBatch): FillState {
    const { separator } = this.#layout;
    const columns = batch.layout === 'objects' ? this.#objectColumns : this.#arrayColumns;
    const { bytes } = block;
    const { rows } = batch;
    const lanes = this.#lanes;
    const end = Math.min(rows.length, this.#row + this.#rowsPerFill);
    let p = block.length;
    for (let r = this.#row; r < end; r++) {
      const row: unknown = rows[r];
      if (!isRow(row)) throw this.#noRow();
      if (this.#column === NEW_ROW) {
        if (p >= BLOCK_SOFT_LIMIT) return this.#stop(block, p, r, NEW_ROW, 'full');
        if (this.rows === this.#partEnd) return this.#nextPart(block, p, r);
        p = this.#openRow(bytes, p);
      }
      if (this.#column === 0) {
        p = writeLanes(bytes, p, row, columns, separator, lanes);
        this.#column = lanes.column;
      }
      for (let c = this.#column; c < columns.length; c++) {
        const column = columns[c];
        if (column === undefined) break;
        const value = row[column.key];
        const isNull = value === null || value === undefined;
        const q = isNull
          ? column.writeNull(bytes, p)
          : column.write(bytes, writeBytes(bytes, p, column.prefix), value);
        if (q === OMITTED) continue;
        if (q < 0) return this.#refused(block, p, r, c, q, value);
        bytes[q] = separator;
        p = q + 1;
      }
      p = this.#closeRow(bytes, p);
    }
    return this.#pause(block, p, end, rows.length);
  }

  #fillColumns(block: Block, batch: ColumnBatch): FillState {
    const { separator } = this.#layout;
    const columns = this.#arrayColumns;
    const { bytes } = block;
    const cells = this.#cells;
    const end = Math.min(batch.length, this.#row + this.#rowsPerFill);
    let p = block.length;
    for (let r = this.#row; r < end; r++) {
      if (this.#column === NEW_ROW) {
        if (p >= BLOCK_SOFT_LIMIT) return this.#stop(block, p, r, NEW_ROW, 'full');
        if (this.rows === this.#partEnd) return this.#nextPart(block, p, r);
        p = this.#openRow(bytes, p);
      }
      for (let c = this.#column; c < cells.length; c++) {
        const cell = cells[c];
        const column = columns[c];
        if (cell === undefined || column === undefined) break;
        const { validity } = cell;
        const isNull = validity !== undefined && ((validity[r >> 3] ?? 0) & (1 << (r & 7))) === 0;
        const q = isNull
          ? column.writeNull(bytes, p)
          : cell.write(bytes, column.hasPrefix ? writeBytes(bytes, p, column.prefix) : p, r);
        if (q === OMITTED) continue;
        if (q < 0) return this.#refused(block, p, r, c, q, isNull ? null : cell.read(r));
        bytes[q] = separator;
        p = q + 1;
      }
      p = this.#closeRow(bytes, p);
    }
    return this.#pause(block, p, end, batch.length);
  }

  /**
   * Stops between two rows, and lets go of a batch that is written. A block that is full leaves before: a checkpoint needs the batch of its
   * last row.
   */
  #pause(block: Block, position: number, row: number, length: number): FillState {
    if (row < length) return this.#stop(block, position, row, NEW_ROW, 'paused');
    if (position >= BLOCK_SOFT_LIMIT) return this.#stop(block, position, row, NEW_ROW, 'full');
    this.#stop(block, position, row, NEW_ROW, 'done');
    this.#batch = undefined;
    this.#cells = [];
    return 'done';
  }

  #openRow(bytes: Buffer, position: number): number {
    this.#column = 0;
    const { openRow, firstOpen, open } = this.#layout;
    if (openRow !== undefined) return openRow.write(bytes, position, this.rows - this.#partStart);
    return writeBytes(bytes, position, this.rows === 0 ? firstOpen : open);
  }

  #nextPart(block: Block, position: number, row: number): FillState {
    const { parts } = this.#layout;
    this.#pieces = parts?.between()[Symbol.iterator]();
    this.#partStart = this.rows;
    this.#partEnd = this.rows + (parts?.rows ?? Number.POSITIVE_INFINITY);
    return this.#stop(block, position, row, NEW_ROW, 'paused');
  }

  /** Puts the row's end in the place of its last separator. */
  #closeRow(bytes: Buffer, position: number): number {
    this.#column = NEW_ROW;
    this.rows++;
    const last = bytes[position - 1] === this.#layout.separator ? position - 1 : position;
    return writeBytes(bytes, last, this.#layout.close);
  }

  /** A cell did not write: its value is wrong, or the block is full, or no block can hold it. */
  #refused(
    block: Block,
    position: number,
    row: number,
    index: number,
    answer: number,
    value: unknown,
  ): FillState {
    const column = this.#arrayColumns[index];
    const state = this.#stop(block, position, row, index, 'full');
    if (column === undefined) return state;
    if (answer === MISFIT || answer === NOT_NULLABLE) throw misfit(column.field, this.rows, value);
    if (answer !== NO_ROOM || position > 0) return state;
    block.length = writeBytes(block.bytes, 0, column.prefix);
    this.#inGiant = true;
    this.#pieces = (column.cell.pieces?.(value) ?? [])[Symbol.iterator]();
    return this.fillBlock(block);
  }

  #stop(block: Block, position: number, row: number, column: number, state: FillState): FillState {
    block.length = position;
    this.#row = row;
    this.#column = column;
    return state;
  }

  /** Copies queued bytes into the block; false when it is full before their end. */
  #writePieces(block: Block, pieces: Iterator<Piece>): boolean {
    if (this.#startMark !== undefined) {
      block.mark = this.#startMark.mark;
      this.#startMark = undefined;
    }
    for (;;) {
      const { length } = this.#piece;
      const room = Math.max(0, this.#limit - block.length);
      block.bytes.set(this.#piece.subarray(0, room), block.length);
      block.length += Math.min(length, room);
      this.#piece = this.#piece.subarray(room);
      if (this.#piece.length > 0) return false;
      const next = pieces.next();
      if (next.done === true) break;
      if (!(next.value instanceof BlockMark)) this.#piece = next.value;
      else if (!this.#putMark(block, next.value)) return false;
    }
    this.#pieces = undefined;
    if (this.#inGiant) {
      this.#inGiant = false;
      block.bytes[block.length++] = this.#layout.separator;
      this.#column++;
    }
    return true;
  }

  /** Puts a mark on the block; false when that must go out now. */
  #putMark(block: Block, piece: BlockMark): boolean {
    if (piece.at === 'end') {
      block.mark = Object.assign({}, block.mark, piece.mark);
      return false;
    }
    const isNew = block.length === 0 && block.mark === undefined;
    if (isNew) block.mark = piece.mark;
    else this.#startMark = piece;
    return isNew;
  }

  #lastRow(): LastRow | undefined {
    if (this.#batch === undefined || this.#pieces !== undefined) return undefined;
    if (this.#column !== NEW_ROW || this.#row === 0) return undefined;
    return { batch: this.#batch, index: this.#row - 1 };
  }

  /** The error for code of the user, or of the runtime, that threw over a value: the row is written once more to see which. */
  #blamed(cause: unknown, batch: Batch, row: number): PerfError {
    const scratch = Buffer.alloc(this.blockBytes);
    const columns =
      batch.kind === 'rows' && batch.layout === 'objects' ? this.#objectColumns : this.#arrayColumns;
    const guilty = columns.find((column, c) => {
      const cell = this.#cells[c];
      return throws(() => {
        const value = batch.kind === 'rows' ? valueIn(batch.rows[row], column.key) : cell?.read(row);
        if (value !== null && value !== undefined) column.cell.value(scratch, 0, value);
      });
    });
    const where = guilty === undefined ? '' : `column ${guilty.field.name}, `;
    const what = cause instanceof Error ? cause.message : String(cause);
    return new PerfError('ERR_PERF_INVALID_VALUE', `${where}row ${this.rows} (from 0): ${what}`, { cause });
  }

  #noRow(): PerfError {
    return new PerfError('ERR_PERF_SOURCE_FAILED', `row ${this.rows} is not an object or array`);
  }
}

const NOTHING = new Uint8Array(0);

function isRow(row: unknown): row is KeyedRow {
  return typeof row === 'object' && row !== null;
}

function valueIn(row: unknown, key: string | number): unknown {
  return isRow(row) ? row[key] : undefined;
}

function throws(work: () => void): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

function piecesOf(pieces: TableLayout['header']): Iterator<Piece> {
  return typeof pieces === 'function' ? pieces()[Symbol.iterator]() : [pieces].values();
}

function partOf(part: unknown): [number, number] {
  if (Array.isArray(part) && typeof part[0] === 'number' && typeof part[1] === 'number')
    return [part[0], part[1]];
  throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint does not say which part it is in');
}
