import type { Batch } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Piece } from '@perf/export-core';
import type { Book } from './book.ts';
import { END_ENTRY, beginEntry, entry } from './book.ts';
import { SAMPLE_ROWS, measuredWidths } from './column-widths.ts';
import type { ExcelStyle } from './excel-options.ts';
import { headRowsOf } from './excel-options.ts';
import type { Hyperlinks } from './hyperlinks.ts';
import { logoParts } from './logo-parts.ts';
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
  /** Its rows above the data. */
  readonly headRows: number;
  /** Its last row of data, from 1; the header's when there is no data. */
  readonly lastRow: number;
  /** Its last row of all. */
  readonly printedRow: number;
}

/** A workbook made from nothing: one sheet, and further ones when it is full. */
export class NewBook implements Book {
  readonly repeated = undefined;
  readonly sampleRows: number;
  readonly #parts: NewBookParts;
  readonly #name: string;
  readonly #headers: readonly string[];
  #widths: readonly number[] = [];
  /** Data rows of the sheets that have ended. */
  #ended: number[] = [];

  constructor(parts: NewBookParts) {
    const { columns, style } = parts;
    this.#parts = parts;
    this.#name = style.sheetName ?? 'Data';
    this.sampleRows = columns.every((column) => column.style.width !== undefined) ? 0 : SAMPLE_ROWS;
    const headers = columns.map(({ header }) => header);
    this.#headers = style.table ? tableHeaders(headers) : headers;
  }

  get headRows(): number {
    return this.#headRows(this.#ended.length + 1);
  }

  get dataRows(): number {
    const { style, totals } = this.#parts;
    // Any sheet may be the last.
    return style.sheetRows - this.headRows - (totals?.count ?? 0);
  }

  measure(batches: readonly Batch[]): void {
    const { columns, totals } = this.#parts;
    const widths = measuredWidths(columns, batches);
    this.#widths = totals?.widened(widths) ?? widths;
  }

  *begin(): Generator<Piece> {
    const { style, styles } = this.#parts;
    // The names of tables are known only at the end; without them the type of the package can stand in front, where it is looked for.
    if (!style.table) yield* entry('[Content_Types].xml', contentTypes(0, style.logo?.type));
    yield* entry('_rels/.rels', packageRelationships());
    const head = this.#head(1);
    yield* entry('xl/styles.xml', styles.xml());
    yield beginEntry(pathOf(1));
    yield Buffer.from(head);
  }

  next(rows: number): Iterable<Piece> {
    return this.#turnPage(this.#ended.push(rows), rows);
  }

  *end(rows: number): Generator<Piece> {
    const { columns, style, shared, totals } = this.#parts;
    yield* this.#endSheet(this.#ended.push(rows), rows, totals);
    yield* entry('xl/sharedStrings.xml', shared.xml());
    if (style.logo !== undefined) yield* logoParts(style.logo);
    const sheets = this.#ended.map((count, i) => this.#summary(i + 1, count));
    yield* workbookParts(sheets, columns, style);
    if (style.table) yield* entry('[Content_Types].xml', contentTypes(sheets.length, style.logo?.type));
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

  #headRows(sheet: number): number {
    return headRowsOf(this.#parts.style, sheet === 1);
  }

  #head(sheet: number): string {
    const { columns, style, styles } = this.#parts;
    const isFirst = sheet === 1;
    return sheetHead({ columns, headers: this.#headers, widths: this.#widths, style, styles, isFirst });
  }

  *#turnPage(sheet: number, rows: number): Generator<Piece> {
    yield* this.#endSheet(sheet, rows, undefined);
    yield beginEntry(pathOf(sheet + 1));
    yield Buffer.from(this.#head(sheet + 1));
  }

  *#endSheet(sheet: number, rows: number, totals: TotalRows | undefined): Generator<Piece> {
    const { columns, style, links } = this.#parts;
    const hasTable = style.table && columns.length > 0;
    const hasLogo = style.logo !== undefined && sheet === 1;
    const headRows = this.#headRows(sheet);
    const lastRow = headRows + rows;
    const foot = { columns, style, links, hasTable, hasLogo, headRows, lastRow };
    yield* sheetFoot({ ...foot, totals: totals?.xml(this.#lastAbove(sheet, rows) + 1) ?? '' });
    yield END_ENTRY;
    if (hasTable || hasLogo || links.count > 0)
      yield* entry(`xl/worksheets/_rels/sheet${sheet}.xml.rels`, ...sheetRelationships(sheet, foot));
    if (hasTable)
      yield* entry(`xl/tables/table${sheet}.xml`, tableXml(sheet, this.#headers, headRows, lastRow));
    links.clear();
  }

  #summary(sheet: number, rows: number): SheetSummary {
    const { totals } = this.#parts;
    const headRows = this.#headRows(sheet);
    const lastRow = headRows + rows;
    const isLast = sheet === this.#ended.length;
    return {
      name: numberedName(this.#name, sheet),
      headRows,
      lastRow,
      printedRow: isLast && totals !== undefined ? this.#lastAbove(sheet, rows) + totals.count : lastRow,
    };
  }

  /** The row above the totals: a table has a row of data even when there is none. */
  #lastAbove(sheet: number, rows: number): number {
    return this.#headRows(sheet) + Math.max(rows, this.#parts.style.table ? 1 : 0);
  }
}

function pathOf(sheet: number): string {
  return `xl/worksheets/sheet${sheet}.xml`;
}
