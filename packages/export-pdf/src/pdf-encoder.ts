import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import type { Block, Encoder, FillState, Warnings } from '@perf/export-core';
import { Totals, misfit } from '@perf/export-core';
import { ContentBytes } from './page/content-bytes.ts';
import type { DocumentPlan } from './page/document-plan.ts';
import type { PdfStyle } from './pdf-options.ts';
import { GlyphBuffer } from './text/glyph-buffer.ts';
import { GroupHeadings } from './table/group-headings.ts';
import { measureColumns, SAMPLE_ROWS } from './table/measure-columns.ts';
import type { RowSource } from './table/row-source.ts';
import { rowSource } from './table/row-source.ts';
import type { TableColumn } from './table/table-column.ts';
import { tableColumns } from './table/table-column.ts';
import { TablePage } from './table/table-page.ts';
import type { ColumnPlace } from './table/row-layout.ts';
import { RowLayout } from './table/row-layout.ts';
import type { PlacedRow } from './table/table-page.ts';
import { totalText } from './table/total-text.ts';

/** Cells laid out between two looks at the clock. */
const CELLS_PER_FILL = 2048;

/**
 * Lays rows out page by page; a block is one page, whose number is its mark. The first rows wait until there are enough of them to measure
 * the columns, so that the pages are the same whatever the batches.
 */
export class PdfEncoder implements Encoder {
  readonly blockBytes: number;
  rows = 0;

  readonly #schema: Schema;
  readonly #style: PdfStyle;
  readonly #plan: DocumentPlan;
  readonly #warnings: Warnings;
  readonly #columns: readonly TableColumn[];
  readonly #totals: Totals;
  readonly #groups: GroupHeadings;
  readonly #page: TablePage;
  readonly #rowsPerFill: number;
  /** Batches whose rows are not all laid out. */
  readonly #loaded: RowSource[] = [];
  #waiting = 0;
  #isMeasured = false;
  #hasEnded = false;
  #next = 0;
  #areTotalsLaidOut = false;
  /** The first row of the group being written; its shades begin there. */
  #groupStart = 0;
  #places: readonly ColumnPlace[] = [];
  /** The one row that is laid out at a time. */
  #placed: PlacedRow | undefined;
  /** What is laid out and not yet, or not wholly, on a page; the last goes first. */
  readonly #pending: PlacedRow[] = [];

  constructor(schema: Schema, style: PdfStyle, plan: DocumentPlan, warnings: Warnings) {
    this.#schema = schema;
    this.#style = style;
    this.#plan = plan;
    this.#warnings = warnings;
    this.#columns = tableColumns(schema, style, warnings, () => this.rows);
    this.#totals = new Totals(style.totals, this.#columns);
    this.#groups = new GroupHeadings(style.groups, this.#columns, plan.strong);
    this.#page = new TablePage(style, plan, this.#columns);
    this.blockBytes = this.#page.blockBytes;
    this.#rowsPerFill = Math.max(1, Math.floor(CELLS_PER_FILL / Math.max(1, this.#columns.length)));
  }

  begin(): void {
    // Nothing is known of the columns before the first rows.
  }

  load(batch: Batch): void {
    const source = rowSource(batch, this.#schema, this.#columns);
    if (source.length === 0) return;
    this.#loaded.push(source);
    this.#waiting += source.length;
  }

  end(): void {
    this.#hasEnded = true;
  }

  warnings(): ExportWarning[] {
    return this.#warnings.list();
  }

  fillBlock(block: Block): FillState {
    if (!this.#isMeasured) {
      if (this.#waiting < SAMPLE_ROWS && !this.#hasEnded) return 'done';
      this.#measure();
    }
    for (let left = this.#rowsPerFill; left > 0; left--) {
      if (!this.#place()) return this.#finishPage(block);
      if (!this.#layOutNext()) return this.#atEnd(block);
    }
    return this.#place() ? 'paused' : this.#finishPage(block);
  }

  /** Puts all that is laid out on the page; false when the page is full before. */
  #place(): boolean {
    for (let row = this.#pending.at(-1); row !== undefined; row = this.#pending.at(-1)) {
      if (!this.#page.place(row, this.#pending.at(-2))) return false;
      this.#pending.pop();
      if (row.kind === 'row') this.rows++;
    }
    return true;
  }

  #finishPage(block: Block): FillState {
    block.mark = this.#page.number;
    this.#page.finish(block, new ContentBytes(block.bytes));
    return 'full';
  }

  /** Lays out the next row, and the heading before it; false when there is none. */
  #layOutNext(): boolean {
    const [source] = this.#loaded;
    if (source === undefined || this.#placed === undefined) return false;
    const { layout } = this.#placed;
    const row = this.#next++;
    layout.begin(this.#plan.body);
    for (let c = 0; c < this.#columns.length; c++) this.#layOutCell(layout, source, row, c);
    this.#pending.push(this.#placed);
    this.#placed.done = 0;
    const heading = this.#groups.before(source, row);
    if (heading !== undefined) {
      this.#groupStart = this.rows;
      this.#pending.push({ layout: heading, kind: 'heading', isStriped: false, done: 0 });
    }
    this.#placed.isStriped = (this.rows - this.#groupStart) % 2 === 1;
    if (this.#next < source.length) return true;
    this.#loaded.shift();
    this.#next = 0;
    return true;
  }

  #layOutCell(layout: RowLayout, source: RowSource, row: number, c: number): void {
    const column = this.#columns[c];
    if (column === undefined) return;
    const { glyphs } = layout;
    const value = source.value(row, c);
    if (value === null || value === undefined) {
      if (!column.field.nullable) throw misfit(column.field, this.rows, value);
      if (this.#style.nullText !== '')
        glyphs.addText(this.#plan.body.table, this.#style.nullText, column.faults);
    } else {
      if (!column.text(value, glyphs, this.#plan.body.table, column.faults))
        throw misfit(column.field, this.rows, value);
      if (this.#totals.columns.includes(c)) this.#totals.add(c, value);
    }
    if (layout.endCell(column.overflow)) column.truncated.count++;
  }

  #measure(): void {
    this.#isMeasured = true;
    const { body, header } = this.#plan;
    const glyphs = new GlyphBuffer();
    const widths = measureColumns(this.#columns, this.#loaded, this.#style, body, header, glyphs);
    const places = this.#page.begin(widths);
    this.#places = places;
    const layout = new RowLayout(glyphs, places, this.#page.mostGlyphs);
    this.#placed = { layout, kind: 'row', isStriped: false, done: 0 };
    this.#groups.begin(this.#page.whole, this.#page.mostGlyphs * Math.max(1, places.length));
  }

  #atEnd(block: Block): FillState {
    if (!this.#hasEnded) return 'done';
    if (!this.#areTotalsLaidOut) {
      this.#areTotalsLaidOut = true;
      this.#pending.push(...this.#totalRows().toReversed());
      if (!this.#place()) return this.#finishPage(block);
    }
    if (this.#page.number === 0) this.#page.open();
    return this.#page.isOpen ? this.#finishPage(block) : 'done';
  }

  /** The lines below the last row, each with its label in the first column that has no figure there. */
  #totalRows(): PlacedRow[] {
    const { strong } = this.#plan;
    return this.#totals.lines().map(({ aggregate, cells }): PlacedRow => {
      const layout = new RowLayout(new GlyphBuffer(), this.#places, this.#page.mostGlyphs);
      const { glyphs } = layout;
      const label = cells.indexOf(undefined);
      layout.begin(strong);
      for (const [c, column] of this.#columns.entries()) {
        const cell = cells[c];
        if (c === label) glyphs.addText(strong.table, this.#style.totalLabels[aggregate], column.faults);
        else if (cell?.kind === 'value' && (aggregate === 'min' || aggregate === 'max')) {
          if (cell.value !== undefined) column.text(cell.value, glyphs, strong.table, column.faults);
        } else if (cell !== undefined)
          glyphs.addText(strong.table, totalText(cell, aggregate, column.formatter), column.faults);
        layout.endCell('wrap');
      }
      return { layout, kind: 'total', isStriped: false, done: 0 };
    });
  }
}
