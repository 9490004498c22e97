import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import type {
  Block,
  Encoder,
  EncoderCheckpoints,
  FillState,
  Piece,
  Room,
  TableColumn,
  Warnings,
} from '@perf/export-core';
import { TableEncoder, writeBytes } from '@perf/export-core';
import type { Book } from './book.ts';
import { CellHead } from './cell-head.ts';
import type { GroupRows } from './group-rows.ts';
import type { Hyperlinks } from './hyperlinks.ts';
import type { RowNumber } from './row-number.ts';
import type { SharedStrings } from './shared-strings.ts';

/** Most bytes of a sheet: below the 4 GiB from which an archive needs forms that not every reader knows. */
const MAX_SHEET_BYTES = 4 * 2 ** 30 - 64 * 2 ** 20;
/** `>`, which ends every cell, and the row's start. */
const END_OF_TAG = 62;
const NOTHING = new Uint8Array(0);

/** What a workbook is written with. */
export interface WorkbookParts {
  readonly schema: Schema;
  readonly columns: readonly TableColumn[];
  readonly book: Book;
  readonly room: Room;
  readonly row: RowNumber;
  readonly warnings: Warnings;
  readonly shared: SharedStrings | undefined;
  readonly links: Hyperlinks;
  /** Absent: no headings stand among the rows. */
  readonly groups: GroupRows | undefined;
}

/** Writes rows as sheets of a workbook: looks at the first rows, then lets a table encoder write all of them. */
export class WorkbookEncoder implements Encoder {
  readonly blockBytes: number;
  readonly checkpoints: EncoderCheckpoints;
  readonly #parts: WorkbookParts;
  readonly #table: TableEncoder;
  /** Batches that wait until there are enough rows to measure. */
  #waiting: Batch[] = [];
  #isMeasured = false;
  #isEnded = false;
  /** Rows before the part that is being written: a sheet, or what stands below a heading on it. */
  #partStart = 0;
  /** Number of the part's first data row on its sheet. */
  #firstRow: number;
  #sheetBytes = 0;

  constructor(parts: WorkbookParts) {
    const { schema, columns, book, room, warnings } = parts;
    this.#parts = parts;
    this.#firstRow = book.headRows + 1;
    const rowsLeft = (): number => this.#rowsLeft();
    this.#table = new TableEncoder(
      schema,
      {
        columns,
        separator: END_OF_TAG,
        header: () => book.begin(),
        firstOpen: NOTHING,
        open: NOTHING,
        close: book.repeated?.close ?? Buffer.from('></row>'),
        footer: () => book.end(this.#nextRow() - book.headRows - 1),
        openRow: this.#rowOpener(),
        parts: {
          get rows() {
            return rowsLeft();
          },
          between: () => this.#nextPart(),
        },
      },
      room,
      warnings,
    );
    this.blockBytes = this.#table.blockBytes;
    this.checkpoints = {
      lastRow: () => this.#table.checkpoints.lastRow(),
      state: () => this.#state(),
      resume: (rows, state) => this.#resume(rows, state),
    };
  }

  get rows(): number {
    return this.#table.rows;
  }

  begin(): void {
    if (this.#parts.book.sampleRows === 0) this.#measure();
  }

  load(batch: Batch): void {
    if (this.#isMeasured) {
      this.#loadTable(batch);
      return;
    }
    this.#waiting.push(batch);
    const rows = this.#waiting.reduce((sum, waiting) => sum + batchLength(waiting), 0);
    if (rows >= this.#parts.book.sampleRows) this.#measure();
  }

  end(): void {
    if (!this.#isMeasured) this.#measure();
    this.#isEnded = true;
  }

  fillBlock(block: Block): FillState {
    if (!this.#isMeasured) return 'done';
    for (;;) {
      const state = this.#table.fillBlock(block);
      if (state === 'full') this.#count(block);
      if (state !== 'done') return state;
      const batch = this.#waiting.shift();
      if (batch !== undefined) this.#loadTable(batch);
      else if (this.#isEnded) {
        this.#isEnded = false;
        this.#table.end();
      } else return 'done';
    }
  }

  warnings(): ExportWarning[] {
    return this.#table.warnings();
  }

  #measure(): void {
    this.#parts.book.measure(this.#waiting);
    this.#isMeasured = true;
    this.#table.begin();
  }

  #rowOpener(): {
    readonly width: number;
    readonly write: (bytes: Buffer, at: number, row: number) => number;
  } {
    const { row, book } = this.#parts;
    const { repeated } = book;
    const head = new CellHead(row, '<row r="', `"${repeated?.attributes ?? ''}>`);
    if (repeated === undefined)
      return {
        width: head.width,
        write: (bytes, at, index) => {
          row.value = this.#firstRow + index;
          return head.write(bytes, at);
        },
      };
    return {
      width: head.width + repeated.before.length,
      write: (bytes, at, index) => {
        row.value = this.#firstRow + index;
        repeated.moveTo(row.value);
        return writeBytes(bytes, head.write(bytes, at), repeated.before);
      },
    };
  }

  #loadTable(batch: Batch): void {
    const { groups } = this.#parts;
    this.#table.load(batch);
    if (groups === undefined) return;
    groups.load(batch, this.rows);
    this.#table.endPartAt(this.rows + this.#rowsLeft());
  }

  /** Number of the row of the sheet that comes next. */
  #nextRow(): number {
    return this.#firstRow + this.rows - this.#partStart;
  }

  /** Data rows that may follow without a heading or another sheet. */
  #rowsLeft(): number {
    const { book, groups } = this.#parts;
    if (this.#sheetBytes > MAX_SHEET_BYTES) return 0;
    const room = book.headRows + book.dataRows + 1 - this.#nextRow();
    return groups === undefined ? room : Math.min(room, groups.nextRow - this.rows);
  }

  /** What stands between two rows: a heading, or the end of a sheet and the beginning of the next, or both. */
  #nextPart(): Iterable<Piece> {
    const { book, groups } = this.#parts;
    const heading = groups?.take(this.rows);
    const row = this.#nextRow();
    const used = row - book.headRows - 1;
    const needed = heading === undefined ? 1 : 2;
    const isFull = this.#sheetBytes > MAX_SHEET_BYTES || used + needed > book.dataRows;
    const turn = isFull ? book.next(used) : [];
    if (isFull) this.#sheetBytes = 0;
    this.#partStart = this.rows;
    this.#firstRow = isFull ? book.headRows + 1 : row;
    if (groups === undefined || heading === undefined) return turn;
    return piecesBefore(turn, groups.xml(heading, this.#firstRow++));
  }

  /** A block leaves; a sheet that nears what an archive's file may hold ends with the row. */
  #count(block: Block): void {
    this.#sheetBytes += block.length;
    if (this.#sheetBytes > MAX_SHEET_BYTES) this.#table.endPart();
  }

  #state(): Readonly<Record<string, unknown>> {
    const { book, shared, links, groups } = this.#parts;
    return {
      table: this.#table.checkpoints.state(),
      book: book.state(),
      shared: shared?.state() ?? null,
      links: links.state(),
      sheet: [this.#partStart, this.#sheetBytes],
      ...(groups === undefined ? {} : { groups: { first: this.#firstRow, last: groups.state() } }),
    };
  }

  #resume(rows: number, state: Readonly<Record<string, unknown>>): void {
    const { table, book, shared, links, sheet } = state;
    if (typeof table !== 'object' || table === null || !Array.isArray(sheet)) throw noState();
    this.#parts.book.resume(book);
    this.#parts.shared?.resume(shared);
    this.#parts.links.resume(links);
    this.#table.checkpoints.resume(rows, Object.fromEntries(Object.entries(table)));
    [this.#partStart, this.#sheetBytes] = [Number(sheet[0]), Number(sheet[1])];
    this.#firstRow = this.#parts.book.headRows + 1;
    if (this.#parts.groups !== undefined) this.#resumeGroups(this.#parts.groups, state['groups']);
    this.#isMeasured = true;
  }

  #resumeGroups(groups: GroupRows, state: unknown): void {
    if (typeof state !== 'object' || state === null || !('first' in state) || !('last' in state))
      throw noState();
    this.#firstRow = Number(state.first);
    groups.resume(state.last);
  }
}

function* piecesBefore(pieces: Iterable<Piece>, last: string): Generator<Piece> {
  yield* pieces;
  yield Buffer.from(last);
}

function noState(): PerfError {
  return new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of a workbook');
}
