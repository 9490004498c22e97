import type { Batch } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Piece } from '@perf/export-core';
import type { Book } from './book.ts';
import { END_ENTRY, beginEntry, entry } from './book.ts';
import { SAMPLE_ROWS, measuredWidths } from './column-widths.ts';
import type { ExcelStyle } from './excel-options.ts';
import { headRowsOf } from './excel-options.ts';
import type { Hyperlinks } from './hyperlinks.ts';
import { contentTypes, packageRelationships, workbookParts } from './package-parts.ts';
import type { SharedStrings } from './shared-strings.ts';
import type { SheetColumn } from './sheet-columns.ts';
import { sheetFoot, sheetHead, sheetRelationships } from './sheet-frame.ts';
import { numberedName } from './sheet-names.ts';
import type { StyleSheet } from './style-sheet.ts';
import { tableHeaders, tableXml } from './table-part.ts';
import type { TotalRows } from './total-rows.ts';

/** What a new workbook is made of. */
export interface NewBookParts {
  readonly columns: readonly SheetColumn[];
  readonly style: ExcelStyle;
  readonly styles: StyleSheet;
  readonly shared: SharedStrings;
  readonly links: Hyperlinks;
  /** Absent: nothing stands below the last row. */
  readonly totals: TotalRows | undefined;
}

/** A sheet as the rest of the workbook knows it. */
export interface SheetSummary {
  readonly name: string;
  /** Its last row of data, from 1; the header's when there is no data. */
  readonly lastRow: number;
  /** Its last row of all. */
  readonly printedRow: number;
}

/** A workbook made from nothing: one sheet, and further ones when it is full. */
export class NewBook implements Book {
  readonly headRows: number;
  readonly dataRows: number;
  readonly repeated = undefined;
  readonly sampleRows: number;
  readonly #parts: NewBookParts;
  readonly #name: string;
  readonly #headers: readonly string[];
  #widths: readonly number[] = [];
  /** Data rows of the sheets that have ended. */
  #ended: number[] = [];

  constructor(parts: NewBookParts) {
    const { columns, style, totals } = parts;
    this.#parts = parts;
    this.#name = style.sheetName ?? 'Data';
    this.headRows = headRowsOf(style.title, style.header);
    // Any sheet may be the last.
    this.dataRows = style.sheetRows - this.headRows - (totals?.count ?? 0);
    this.sampleRows = columns.every((column) => column.style.width !== undefined) ? 0 : SAMPLE_ROWS;
    const headers = columns.map(({ header }) => header);
    this.#headers = style.table ? tableHeaders(headers) : headers;
  }

  measure(batches: readonly Batch[]): void {
    const { columns, totals } = this.#parts;
    const widths = measuredWidths(columns, batches);
    this.#widths = totals?.widened(widths) ?? widths;
  }

  *begin(): Generator<Piece> {
    const { style, styles } = this.#parts;
    // The names of tables are known only at the end; without them the type of the package can stand in front, where it is looked for.
    if (!style.table) yield* entry('[Content_Types].xml', contentTypes(0));
    yield* entry('_rels/.rels', packageRelationships());
    const head = this.#head();
    yield* entry('xl/styles.xml', styles.xml());
    yield beginEntry(this.#path(1));
    yield Buffer.from(head);
  }

  *next(rows: number): Generator<Piece> {
    yield* this.#endSheet(rows, undefined);
    yield beginEntry(this.#path(this.#ended.length + 1));
    yield Buffer.from(this.#head());
  }

  *end(rows: number): Generator<Piece> {
    const { style, shared, totals } = this.#parts;
    yield* this.#endSheet(rows, totals);
    yield* entry('xl/sharedStrings.xml', shared.xml());
    const sheets = this.#ended.map((count, i) => ({
      name: numberedName(this.#name, i + 1),
      lastRow: this.headRows + count,
      printedRow:
        totals === undefined || i + 1 < this.#ended.length
          ? this.headRows + count
          : this.#lastAbove(count) + totals.count,
    }));
    yield* workbookParts(sheets, this.#parts.columns, style);
    if (style.table) yield* entry('[Content_Types].xml', contentTypes(sheets.length));
  }

  state(): unknown {
    const { totals } = this.#parts;
    return {
      widths: this.#widths.slice(),
      ended: this.#ended.slice(),
      ...(totals === undefined ? {} : { totals: totals.state() }),
    };
  }

  resume(state: unknown): void {
    const isState = typeof state === 'object' && state !== null && 'widths' in state && 'ended' in state;
    if (!isState || !Array.isArray(state.widths) || !Array.isArray(state.ended))
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of a workbook');
    this.#widths = state.widths.map(Number);
    this.#ended = state.ended.map(Number);
    this.#parts.totals?.resume('totals' in state ? state.totals : undefined);
  }

  #head(): string {
    const { columns, style, styles } = this.#parts;
    return sheetHead({
      columns,
      headers: this.#headers,
      widths: this.#widths,
      style,
      styles,
      isFirst: this.#ended.length === 0,
    });
  }

  *#endSheet(rows: number, totals: TotalRows | undefined): Generator<Piece> {
    const { columns, style, links } = this.#parts;
    const number = this.#ended.push(rows);
    const hasTable = style.table && columns.length > 0;
    const lastRow = this.headRows + rows;
    yield* sheetFoot({
      columns,
      style,
      links,
      hasTable,
      lastRow,
      totals: totals?.xml(this.#lastAbove(rows) + 1) ?? '',
    });
    yield END_ENTRY;
    if (hasTable || links.count > 0)
      yield* entry(
        `xl/worksheets/_rels/sheet${number}.xml.rels`,
        ...sheetRelationships(number, hasTable, links),
      );
    if (hasTable)
      yield* entry(`xl/tables/table${number}.xml`, tableXml(number, this.#headers, this.headRows, lastRow));
    links.clear();
  }

  /** The row above the totals: a table has a row of data even when there is none. */
  #lastAbove(rows: number): number {
    return this.headRows + Math.max(rows, this.#parts.style.table ? 1 : 0);
  }

  #path(number: number): string {
    return `xl/worksheets/sheet${number}.xml`;
  }
}
