import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import type {
  Block,
  Encoder,
  EncoderCheckpoints,
  FillState,
  Room,
  TableColumn,
  Warnings,
} from '@perf/export-core';
import { TableEncoder, writeBytes } from '@perf/export-core';
import type { Book } from './book.ts';
import { CellHead } from './cell-head.ts';
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
  /** Rows before the sheet, and bytes of it. */
  #sheetStart = 0;
  #sheetBytes = 0;
  /** Number of the sheet's first data row. */
  #firstRow: number;

  constructor(parts: WorkbookParts) {
    const { schema, columns, book, room, warnings } = parts;
    this.#parts = parts;
    this.#firstRow = book.headRows + 1;
    this.#table = new TableEncoder(
      schema,
      {
        columns,
        separator: END_OF_TAG,
        header: () => book.begin(),
        firstOpen: NOTHING,
        open: NOTHING,
        close: book.repeated?.close ?? Buffer.from('></row>'),
        footer: () => book.end(this.rows - this.#sheetStart),
        openRow: this.#rowOpener(),
        parts: {
          get rows() {
            return book.dataRows;
          },
          between: () => this.#nextSheet(),
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
      this.#table.load(batch);
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
      if (batch !== undefined) this.#table.load(batch);
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

  #nextSheet(): ReturnType<Book['next']> {
    const rows = this.rows - this.#sheetStart;
    this.#sheetStart = this.rows;
    this.#sheetBytes = 0;
    const { book } = this.#parts;
    const pieces = book.next(rows);
    this.#firstRow = book.headRows + 1;
    return pieces;
  }

  /** A block leaves; a sheet that nears what an archive's file may hold ends with the row. */
  #count(block: Block): void {
    this.#sheetBytes += block.length;
    if (this.#sheetBytes > MAX_SHEET_BYTES) this.#table.endPart();
  }

  #state(): Readonly<Record<string, unknown>> {
    const { book, shared, links } = this.#parts;
    return {
      table: this.#table.checkpoints.state(),
      book: book.state(),
      shared: shared?.state() ?? null,
      links: links.state(),
      sheet: [this.#sheetStart, this.#sheetBytes],
    };
  }

  #resume(rows: number, { table, book, shared, links, sheet }: Readonly<Record<string, unknown>>): void {
    if (typeof table !== 'object' || table === null || !Array.isArray(sheet))
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of a workbook');
    this.#parts.book.resume(book);
    this.#firstRow = this.#parts.book.headRows + 1;
    this.#parts.shared?.resume(shared);
    this.#parts.links.resume(links);
    this.#table.checkpoints.resume(rows, Object.fromEntries(Object.entries(table)));
    [this.#sheetStart, this.#sheetBytes] = [Number(sheet[0]), Number(sheet[1])];
    this.#isMeasured = true;
  }
}
