import { isIdeographic, isSpace } from './code-points.ts';
import type { GlyphBuffer } from './glyph-buffer.ts';
import { LINE_BREAK } from './glyph-buffer.ts';

const HYPHEN = 45;
/** What rounding may add to the width of a text that is measured to fit. */
const TOLERANCE = 0.01;

/** The lines of some texts of a glyph buffer: where each begins and ends, and how wide it is. */
export class LineList {
  length = 0;
  from: Int32Array = new Int32Array(256);
  to: Int32Array = new Int32Array(256);
  /** Thousandths of the font size, spaces at the end not counted. */
  widths: Float64Array = new Float64Array(256);

  clear(): void {
    this.length = 0;
  }

  /** Adds one line as it is. */
  push(from: number, to: number, width: number): void {
    if (this.length === this.from.length) this.#grow();
    const at = this.length++;
    this.from[at] = from;
    this.to[at] = to;
    this.widths[at] = width;
  }

  /**
   * Breaks the glyphs `from .. to` into lines of at most `limit` thousandths of the font size and `most` glyphs: after spaces (which are
   * then not shown), after hyphens, around ideographs, and, where a word alone is too long, between any two characters.
   */
  wrap(glyphs: GlyphBuffer, from: number, to: number, limit: number, most: number): void {
    const { codes } = glyphs;
    let start = from;
    for (let i = from; i < to; i++) {
      if (codes[i] !== LINE_BREAK) continue;
      this.#wrapParagraph(glyphs, start, i, limit, most);
      start = i + 1;
    }
    this.#wrapParagraph(glyphs, start, to, limit, most);
  }

  #wrapParagraph(glyphs: GlyphBuffer, from: number, to: number, limit: number, most: number): void {
    const { advances, points } = glyphs;
    const widest = limit + TOLERANCE;
    let start = from;
    let width = 0;
    /** Where the line may end, where the next would begin, and how wide it then is. */
    let end = -1;
    let next = -1;
    let endWidth = 0;
    let last = 0;
    for (let i = from; i < to; i++) {
      const advance = advances[i] ?? 0;
      const point = points[i] ?? 0;
      const space = isSpace(point);
      if (space) {
        if (i === start || !isSpace(last)) {
          end = i;
          endWidth = width;
        }
        next = i + 1;
      } else if (i > start && !isSpace(last) && mayBreak(last, point)) {
        end = i;
        next = i;
        endWidth = width;
      }
      /** Spaces at the end of a line may stand out. */
      const wanted = space ? 0 : advance;
      while (i > start && (i - start >= most || exceeds(width, wanted, widest))) {
        if (next > start && next <= i) {
          this.push(start, end, endWidth);
          start = next;
        } else {
          this.push(start, i, width);
          start = i;
        }
        width = 0;
        for (let k = start; k < i; k++) width += advances[k] ?? 0;
        next = -1;
      }
      width += advance;
      last = point;
    }
    const shown = trimmedEnd(points, start, to);
    for (let i = shown; i < to; i++) width -= advances[i] ?? 0;
    this.push(start, shown, shown === start ? 0 : width);
  }

  #grow(): void {
    const capacity = this.from.length * 2;
    const [from, to, widths] = [this.from, this.to, this.widths];
    this.from = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
    this.widths = new Float64Array(capacity);
    this.from.set(from);
    this.to.set(to);
    this.widths.set(widths);
  }
}

function exceeds(width: number, wanted: number, widest: number): boolean {
  return wanted > 0 && width + wanted > widest;
}

/** Whether a line may end between two characters that are no spaces. */
function mayBreak(last: number, point: number): boolean {
  if (last === HYPHEN) return point >= 65;
  return isIdeographic(point) || isIdeographic(last);
}

function trimmedEnd(points: Uint32Array, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(points[end - 1] ?? 0)) end--;
  return end;
}
