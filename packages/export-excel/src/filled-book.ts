import { PerfError } from '@perf/contracts';
import type { Piece } from '@perf/export-core';
import { BlockMark } from '@perf/export-core';
import type { Book } from './book.ts';
import { END_ENTRY, beginEntry } from './book.ts';
import { MAX_SHEET_ROWS } from './excel-options.ts';
import type { RepeatedRow } from './repeated-row.ts';
import type { WorkbookTemplate } from './workbook-template.ts';

/** A workbook of somebody else, with rows in the place of one of its rows. */
export class FilledBook implements Book {
  readonly headRows: number;
  readonly dataRows: number;
  readonly repeated: RepeatedRow;
  readonly sampleRows = 0;
  readonly #template: WorkbookTemplate;

  constructor(template: WorkbookTemplate, repeated: RepeatedRow) {
    const { sheet } = template;
    this.#template = template;
    this.headRows = sheet.row - 1;
    this.dataRows = MAX_SHEET_ROWS - this.headRows - sheet.rowsBelow;
    this.repeated = repeated;
  }

  measure(): void {}

  *begin(): Generator<Piece> {
    const { before, sheet, sheetPath } = this.#template;
    yield new BlockMark('start', { copies: before });
    yield beginEntry(sheetPath);
    yield Buffer.from(sheet.head);
  }

  next(): Iterable<Piece> {
    throw new PerfError(
      'ERR_PERF_LIMIT_EXCEEDED',
      `the sheet to fill holds ${this.dataRows} rows of data, or 4 GiB of them, and there are more`,
    );
  }

  *end(rows: number): Generator<Piece> {
    const { after, sheet } = this.#template;
    yield Buffer.from(sheet.foot(rows));
    yield END_ENTRY;
    yield new BlockMark('start', { copies: after });
  }

  state(): unknown {
    return this.#template.sha256;
  }

  resume(state: unknown): void {
    if (state !== this.#template.sha256)
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the workbook to fill has changed since the checkpoint was taken; remove it and start again',
      );
  }
}
