import type { PageCanvas } from '../page/page-canvas.ts';
import type { TextStyle } from '../page/text-writer.ts';
import { GLYPH_BYTES, LINE_BYTES, SWITCH_BYTES } from '../page/text-writer.ts';
import type { Align, Overflow } from '../pdf-options.ts';
import type { GlyphBuffer } from '../text/glyph-buffer.ts';
import { LineList } from '../text/line-list.ts';

/** Where a column's text stands, in hundredths of a point. */
export interface ColumnPlace {
  readonly left: number;
  readonly right: number;
  readonly align: Align;
}

/** How far text keeps from the edges of its row, in hundredths of a point. */
export interface RowMetrics {
  readonly lineHeight: number;
  /** From a line's top to its baseline. */
  readonly ascent: number;
  /** Above the first line and below the last. */
  readonly padding: number;
}

/** The texts of one row, broken into lines. Used again for every row. */
export class RowLayout {
  readonly glyphs: GlyphBuffer;
  readonly #lines = new LineList();
  readonly #places: readonly ColumnPlace[];
  /** First line of each column, and behind the last column the end of all. */
  readonly #first: Int32Array;
  readonly #mostGlyphs: number;
  #column = 0;
  #start = 0;
  #style: TextStyle | undefined;

  /** @param mostGlyphs most characters in one line, whatever they measure */
  constructor(glyphs: GlyphBuffer, places: readonly ColumnPlace[], mostGlyphs: number) {
    this.glyphs = glyphs;
    this.#places = places;
    this.#first = new Int32Array(places.length + 1);
    this.#mostGlyphs = mostGlyphs;
  }

  /** Lines of the highest cell; at least one. */
  height = 1;

  /** Begins a row. */
  begin(style: TextStyle): void {
    this.glyphs.clear();
    this.#lines.clear();
    this.#column = 0;
    this.#start = 0;
    this.#style = style;
    this.height = 1;
  }

  /**
   * Ends the next column's cell: its text is what was added to `glyphs` since the last call. Gives whether the text was cut.
   * @param most lines at most
   */
  endCell(overflow: Overflow, most: number = Number.POSITIVE_INFINITY): boolean {
    const { glyphs } = this;
    const lines = this.#lines;
    const from = this.#start;
    const to = glyphs.length;
    const column = this.#column;
    const place = this.#places[column];
    const first = lines.length;
    this.#first[column] = first;
    this.#first[column + 1] = first;
    this.#column++;
    this.#start = to;
    if (from === to || place === undefined) return false;
    const limit = ((place.right - place.left) * 10) / (this.#style?.size ?? 1);
    let cut = false;
    if (!glyphs.hasBreaks && glyphs.width <= limit && to - from <= this.#mostGlyphs)
      lines.push(from, to, glyphs.width);
    else {
      lines.wrap(glyphs, from, to, limit, this.#mostGlyphs);
      const kept = overflow === 'ellipsis' ? 1 : most;
      if (lines.length - first > kept) {
        this.#cut(first + kept, limit);
        cut = true;
      }
    }
    this.#first[column + 1] = lines.length;
    this.height = Math.max(this.height, lines.length - first);
    return cut;
  }

  /** Most bytes that the lines `from .. to` of the row take on a page. */
  bytesOf(from: number, to: number): number {
    const lines = this.#lines;
    let glyphs = 0;
    let count = 0;
    if (from === 0 && to >= this.height) {
      glyphs = this.glyphs.length;
      count = lines.length;
    } else
      for (let c = 0; c < this.#places.length; c++) {
        const last = Math.min(this.#first[c + 1] ?? 0, (this.#first[c] ?? 0) + to);
        for (let line = (this.#first[c] ?? 0) + from; line < last; line++, count++)
          glyphs += (lines.to[line] ?? 0) - (lines.from[line] ?? 0);
      }
    return glyphs * GLYPH_BYTES + Math.min(glyphs, this.glyphs.switches) * SWITCH_BYTES + count * LINE_BYTES;
  }

  /** Writes the lines `from .. to` of every cell below `top`. */
  draw(
    canvas: PageCanvas,
    from: number,
    to: number,
    top: number,
    { lineHeight, ascent, padding }: RowMetrics,
  ): void {
    const style = this.#style;
    if (style === undefined) return;
    const { writer } = canvas;
    const lines = this.#lines;
    const baseline = top - padding - ascent;
    for (let c = 0; c < this.#places.length; c++) {
      const place = this.#places[c];
      if (place === undefined) return;
      const first = (this.#first[c] ?? 0) + from;
      const last = Math.min(this.#first[c + 1] ?? 0, (this.#first[c] ?? 0) + to);
      for (let line = first; line < last; line++) {
        const width = Math.round(((lines.widths[line] ?? 0) * style.size) / 10);
        writer.line(
          style,
          this.glyphs,
          lines.from[line] ?? 0,
          lines.to[line] ?? 0,
          startOf(place, width),
          baseline - (line - first) * lineHeight,
        );
      }
    }
  }

  /** Forgets all lines from `at` on, and lets the one before them end in an ellipsis. */
  #cut(at: number, limit: number): void {
    const lines = this.#lines;
    const { glyphs } = this;
    const line = at - 1;
    const style = this.#style;
    lines.length = at;
    if (style === undefined) return;
    const from = lines.from[line] ?? 0;
    const cutAt = lines.to[line] ?? 0;
    const mark = ellipsisOf(style);
    let width = lines.widths[line] ?? 0;
    let to = cutAt;
    while (to > from && width + mark.width > limit) width -= glyphs.advances[--to] ?? 0;
    // The glyphs behind the cut are not shown, and there are enough of them to hold the mark, or the buffer has room for it.
    let end = to;
    for (const { packed, advance, point } of mark.glyphs) {
      glyphs.codes[end] = packed;
      glyphs.advances[end] = advance;
      glyphs.points[end] = point;
      end++;
    }
    glyphs.length = Math.max(glyphs.length, end);
    this.#start = glyphs.length;
    lines.to[line] = end;
    lines.widths[line] = width + mark.width;
  }
}

const ELLIPSIS = 0x2026;
const FULL_STOP = 46;

interface Mark {
  readonly width: number;
  readonly glyphs: readonly { readonly packed: number; readonly advance: number; readonly point: number }[];
}

function ellipsisOf({ table }: TextStyle): Mark {
  const one = table.glyphOf(ELLIPSIS);
  if (typeof one !== 'number') return { width: one.advance, glyphs: [{ ...one, point: ELLIPSIS }] };
  const stop = table.glyphOf(FULL_STOP);
  const dot = { ...(typeof stop === 'number' ? table.replacement() : stop), point: FULL_STOP };
  return { width: dot.advance * 3, glyphs: [dot, dot, dot] };
}

function startOf({ left, right, align }: ColumnPlace, width: number): number {
  switch (align) {
    case 'left':
      return left;
    case 'right':
      return right - width;
    case 'center':
      return Math.round((left + right - width) / 2);
  }
}
