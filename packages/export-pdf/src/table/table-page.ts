import { PerfError } from '@perf/contracts';
import type { Block } from '@perf/export-core';
import type { ContentBytes } from '../page/content-bytes.ts';
import type { DocumentPlan } from '../page/document-plan.ts';
import { PageCanvas, TEXT_BYTES } from '../page/page-canvas.ts';
import { GLYPH_BYTES, SWITCH_BYTES } from '../page/text-writer.ts';
import type { PdfStyle } from '../pdf-options.ts';
import { GlyphBuffer } from '../text/glyph-buffer.ts';
import type { ColumnPlace, RowMetrics } from './row-layout.ts';
import { RowLayout } from './row-layout.ts';
import type { TableColumn } from './table-column.ts';

/** Lines that a row must get on a page to be begun there and ended on the next. */
const LEAST_LINES = 3;
/** A row of no more lines than this is never torn where it could stand on one page. */
const WHOLE_LINES = 8;
/** Lines of a column's title. */
const TITLE_LINES = 8;
const MOST_ROWS = 2048;

/** A row that is laid out, and how much of it stands on pages already. */
export interface PlacedRow {
  readonly layout: RowLayout;
  readonly kind: 'row' | 'heading' | 'total';
  isStriped: boolean;
  /** Lines that stand on pages. */
  done: number;
}

/** The part of a page that holds the table: it repeats the titles, and takes rows until it is full. */
export class TablePage {
  readonly blockBytes: number;
  /** Of the page being filled, from 1; 0 before the first. */
  number = 0;
  /** Whether there is a page that is not finished. */
  isOpen = false;
  /** Most characters in a line of a cell. */
  readonly mostGlyphs: number;
  readonly #style: PdfStyle;
  readonly #plan: DocumentPlan;
  readonly #columns: readonly TableColumn[];
  readonly #canvas: PageCanvas;
  #titles: RowLayout | undefined;
  /** Edges of the columns from left to right. */
  #edges: readonly number[] = [];
  #y = 0;
  /** Where the lines between columns begin that are not drawn yet. */
  #gridTop = 0;
  #isEmpty = true;
  /** Whether anything but a heading stands on the page. */
  #hasRows = false;

  constructor(style: PdfStyle, plan: DocumentPlan, columns: readonly TableColumn[]) {
    this.#style = style;
    this.#plan = plan;
    this.#columns = columns;
    this.#canvas = new PageCanvas(MOST_ROWS + columns.length * 4);
    this.blockBytes = this.#canvas.blockBytes;
    const cells = Math.max(1, columns.length);
    this.mostGlyphs = Math.max(8, Math.floor((TEXT_BYTES * 0.8) / (cells * (GLYPH_BYTES + SWITCH_BYTES))));
  }

  /** Takes the columns' widths in hundredths of a point, and gives where their texts stand. */
  begin(widths: readonly number[]): readonly ColumnPlace[] {
    const { box, cellPadding } = this.#style;
    const padding = Math.round(cellPadding * 100);
    const edges = [box.left];
    for (const width of widths) edges.push((edges.at(-1) ?? 0) + width);
    this.#edges = edges;
    const places = this.#columns.map(({ align }, c) => ({
      left: (edges[c] ?? 0) + padding,
      right: (edges[c + 1] ?? 0) - padding,
      align,
    }));
    this.#titles = this.#layOutTitles(places);
    this.#checkRoom(heightOf(this.#titles.height, this.#plan.strongMetrics));
    return places;
  }

  /** The whole width of the table, for headings. */
  get whole(): ColumnPlace {
    const padding = Math.round(this.#style.cellPadding * 100);
    return {
      left: this.#style.box.left + padding,
      right: (this.#edges.at(-1) ?? 0) - padding,
      align: 'left',
    };
  }

  /** Begins the next page. */
  open(): void {
    this.number++;
    this.isOpen = true;
    this.#canvas.begin();
    this.#y = this.#plan.top - (this.number === 1 ? this.#plan.titleBlock.height : 0);
    this.#gridTop = this.#y;
    const titles = this.#titles;
    if (titles !== undefined && this.#columns.length > 0) {
      if (this.#style.rules === 'grid') this.#ruleAt(this.#y);
      this.#draw(titles, 0, titles.height, this.#plan.strongMetrics, this.#style.colors.headerFill);
    }
    this.#isEmpty = true;
    this.#hasRows = false;
  }

  /**
   * Puts a row on the page, or as many of its lines as go; false when some do not.
   * @param next the row after it: a heading does not stand alone at the foot of a page
   */
  place(row: PlacedRow, next: PlacedRow | undefined): boolean {
    if (!this.isOpen) this.open();
    const { layout } = row;
    const metrics = row.kind === 'row' ? this.#plan.bodyMetrics : this.#plan.strongMetrics;
    const lines = this.#linesThatFit(row, metrics, row.kind === 'heading' ? next?.layout : undefined);
    if (lines === 0) return false;
    const to = row.done + lines;
    this.#draw(layout, row.done, to, metrics, this.#fillOf(row), row.kind === 'heading');
    this.#isEmpty = false;
    if (row.kind !== 'heading') this.#hasRows = true;
    row.done = to;
    return to === layout.height;
  }

  /** Writes the page into a block. */
  finish(block: Block, out: ContentBytes): void {
    this.#endGrid();
    this.#plan.running.write(out, this.number);
    if (this.number === 1) this.#plan.titleBlock.write(out);
    this.#canvas.finish(block, out, this.#style.colors.rule);
    this.isOpen = false;
  }

  /**
   * How many more lines of a row this page takes. Short rows are not torn, and long ones not for a line or two.
   * @param next what must begin on the same page
   */
  #linesThatFit({ layout, done }: PlacedRow, metrics: RowMetrics, next: RowLayout | undefined): number {
    const canvas = this.#canvas;
    const shapes = (next === undefined ? 1 : 2) * (this.#edges.length + 4);
    if (!this.#isEmpty && !canvas.hasRoomForShapes(shapes)) return 0;
    const left = layout.height - done;
    const kept = next === undefined ? 0 : this.#linesToKeep(next);
    const below = next === undefined ? 0 : heightOf(kept, this.#plan.bodyMetrics);
    const room = linesIn(this.#y - this.#plan.bottom - below, metrics);
    const bytes = layout.bytesOf(done, layout.height) + (next?.bytesOf(0, kept) ?? 0);
    if (left <= room && bytes <= canvas.room) return left;
    if (this.#hasRows && ((done === 0 && this.#isWhole(layout, metrics)) || room < LEAST_LINES)) return 0;
    let lines = Math.min(left, room);
    while (lines > 1 && layout.bytesOf(done, done + lines) > canvas.room) lines = Math.floor(lines / 2);
    return this.#isEmpty || layout.bytesOf(done, done + lines) <= canvas.room ? lines : 0;
  }

  /** How many lines of a row must stand below its heading. On an empty page one is enough: the next page has no more room. */
  #linesToKeep(layout: RowLayout): number {
    if (this.#isEmpty) return 1;
    return this.#isWhole(layout, this.#plan.bodyMetrics) ? layout.height : LEAST_LINES;
  }

  /** Whether a row is so short that it is not torn. */
  #isWhole({ height }: RowLayout, metrics: RowMetrics): boolean {
    const titles = this.#titles === undefined ? 0 : heightOf(this.#titles.height, this.#plan.strongMetrics);
    return height <= Math.min(WHOLE_LINES, linesIn(this.#plan.top - titles - this.#plan.bottom, metrics));
  }

  #fillOf({ kind, isStriped }: PlacedRow): string | undefined {
    const { colors, stripes } = this.#style;
    if (kind === 'row') return stripes && isStriped ? colors.stripe : undefined;
    return kind === 'total' ? colors.headerFill : colors.stripe;
  }

  #draw(
    layout: RowLayout,
    from: number,
    to: number,
    metrics: RowMetrics,
    fill: string | undefined,
    isWhole = false,
  ): void {
    const left = this.#style.box.left;
    const height = heightOf(to - from, metrics);
    const bottom = this.#y - height;
    if (isWhole) this.#endGrid();
    if (fill !== undefined)
      this.#canvas.fill(fill, left, bottom, (this.#edges.at(-1) ?? left) - left, height);
    layout.draw(this.#canvas, from, to, this.#y, metrics);
    this.#y = bottom;
    if (this.#style.rules !== 'none') this.#ruleAt(bottom);
    if (isWhole) {
      if (this.#style.rules === 'grid')
        for (const x of [left, this.#edges.at(-1) ?? left]) this.#canvas.rule(x, bottom + height, x, bottom);
      this.#gridTop = bottom;
    }
  }

  #ruleAt(y: number): void {
    this.#canvas.rule(this.#style.box.left, y, this.#edges.at(-1) ?? 0, y);
  }

  /** Draws the lines between columns as far as there are rows. */
  #endGrid(): void {
    if (this.#style.rules === 'grid' && this.#gridTop > this.#y)
      for (const x of this.#edges) this.#canvas.rule(x, this.#gridTop, x, this.#y);
    this.#gridTop = this.#y;
  }

  /** Throws when there is a page that could not even begin a row. @param titles height of the column titles */
  #checkRoom(titles: number): void {
    const { top, bottom, titleBlock, strongMetrics, bodyMetrics } = this.#plan;
    const strong = heightOf(1, strongMetrics);
    const heading = this.#style.groups.length > 0 ? strong + heightOf(1, bodyMetrics) : strong;
    const needed = titleBlock.height + titles + Math.max(heading, heightOf(LEAST_LINES, bodyMetrics));
    if (needed > top - bottom)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the page is too small: titles and the first row need ${Math.ceil(needed / 100)} points of height, and there are ${Math.floor((top - bottom) / 100)}`,
      );
  }

  #layOutTitles(places: readonly ColumnPlace[]): RowLayout {
    const layout = new RowLayout(new GlyphBuffer(), places, this.mostGlyphs);
    layout.begin(this.#plan.header);
    for (const column of this.#columns) {
      layout.glyphs.addText(this.#plan.header.table, column.title, column.titleFaults);
      if (layout.endCell('wrap', TITLE_LINES)) column.truncated.count++;
    }
    return layout;
  }
}

function heightOf(lines: number, { lineHeight, padding }: RowMetrics): number {
  return lines * lineHeight + 2 * padding;
}

function linesIn(height: number, { lineHeight, padding }: RowMetrics): number {
  return Math.max(0, Math.floor((height - 2 * padding) / lineHeight));
}
