import type { GlyphTable } from '../fonts/glyph-table.ts';
import {
  BREAK,
  CODE_BITS,
  CONTROL,
  INVISIBLE,
  MISSING,
  SHAPED,
  SURROGATE,
  TAB,
  UNKNOWN,
} from '../fonts/glyph-table.ts';
import { kindOf } from './code-points.ts';
import type { TextFaults } from './text-faults.ts';

/** Stands in `codes` where a line ends. */
export const LINE_BREAK = -1;

const TAB_SPACES = 4;
const SPACE = 32;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/** The glyphs of some texts, one behind the other. Its arrays grow to the largest row and are used again for every other. */
export class GlyphBuffer {
  length = 0;
  /** Packed glyphs, or `LINE_BREAK`. */
  codes: Int32Array = new Int32Array(4096);
  /** Thousandths of the font size. */
  advances: Float32Array = new Float32Array(4096);
  /** The code points that the glyphs stand for. */
  points: Uint32Array = new Uint32Array(4096);
  /** Sum of the advances of the text that was added last; without meaning when that has more than one line. */
  width = 0;
  /** Whether the text that was added last has line breaks. */
  hasBreaks = false;
  /** Changes of font among all glyphs. */
  switches = 0;
  #face = 0;
  /** Whether it was told that the text being added would have to be shaped. */
  #isToldUnshaped = false;

  /** Forgets all texts. */
  clear(): void {
    this.length = 0;
    this.switches = 0;
  }

  /** Adds ASCII bytes without control characters, `bytes[0 .. to]`. */
  addAscii(table: GlyphTable, bytes: Uint8Array, to: number, faults: TextFaults): void {
    this.#begin(to);
    const { packed, advances: widths } = table;
    const { codes, advances, points } = this;
    let at = this.length;
    let width = 0;
    for (let i = 0; i < to; i++) {
      const unit = bytes[i] ?? 0;
      const code = packed[unit] ?? UNKNOWN;
      if (code < 0) {
        this.length = at;
        this.width = width;
        this.#addMarked(table, unit, code, faults);
        at = this.length;
        width = this.width;
        continue;
      }
      const advance = widths[unit] ?? 0;
      codes[at] = code;
      advances[at] = advance;
      points[at++] = unit;
      width += advance;
      this.#count(code);
    }
    this.length = at;
    this.width = width;
  }

  /** Adds a text of any kind. */
  addText(table: GlyphTable, text: string, faults: TextFaults): void {
    const { length } = text;
    this.#begin(length);
    const { packed, advances: widths } = table;
    let at = this.length;
    let width = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      const code = packed[unit] ?? UNKNOWN;
      if (code < 0) {
        this.length = at;
        this.width = width;
        if (unit === CARRIAGE_RETURN && text.charCodeAt(i + 1) === LINE_FEED) continue;
        const point = code === SURROGATE ? (text.codePointAt(i) ?? unit) : unit;
        if (point > 0xffff) i++;
        this.#reserve(length - i + TAB_SPACES);
        this.#addMarked(table, point, code, faults);
        at = this.length;
        width = this.width;
        continue;
      }
      const advance = widths[unit] ?? 0;
      this.codes[at] = code;
      this.advances[at] = advance;
      this.points[at++] = unit;
      width += advance;
      this.#count(code);
    }
    this.length = at;
    this.width = width;
  }

  #begin(length: number): void {
    this.width = 0;
    this.hasBreaks = false;
    this.#isToldUnshaped = false;
    this.#reserve(length + TAB_SPACES);
  }

  /** A code point whose entry is no glyph, or that has none. */
  #addMarked(table: GlyphTable, point: number, entry: number, faults: TextFaults): void {
    switch (entry === UNKNOWN ? table.learn(point) : entry) {
      case BREAK:
        this.hasBreaks = true;
        this.#push(LINE_BREAK, 0, LINE_FEED);
        return;
      case TAB:
        for (let i = 0; i < TAB_SPACES; i++) this.#addPoint(table, SPACE, faults);
        return;
      case INVISIBLE:
        faults.invisible();
        return;
      case CONTROL:
        faults.control(point);
        this.#addReplacement(table, point);
        return;
      case MISSING:
        faults.missing(point);
        this.#addReplacement(table, point);
        return;
      case SHAPED:
        this.#addUnshaped(table, point, faults);
        return;
      case SURROGATE:
        if (point <= 0xffff) {
          faults.surrogate();
          this.#addReplacement(table, point);
          return;
        }
        this.#addAstral(table, point, faults);
        return;
      default:
        this.#addPoint(table, point, faults);
    }
  }

  #addAstral(table: GlyphTable, point: number, faults: TextFaults): void {
    const kind = kindOf(point);
    if (kind === 'invisible') return faults.invisible();
    if (kind === 'shaped') return this.#addUnshaped(table, point, faults);
    this.#addPoint(table, point, faults);
  }

  #addUnshaped(table: GlyphTable, point: number, faults: TextFaults): void {
    if (!this.#isToldUnshaped) faults.unshaped(point);
    this.#isToldUnshaped = true;
    this.#addPoint(table, point, faults);
  }

  #addPoint(table: GlyphTable, point: number, faults: TextFaults): void {
    const glyph = table.glyphOf(point);
    if (glyph === MISSING) {
      faults.missing(point);
      this.#addReplacement(table, point);
      return;
    }
    this.#push(glyph.packed, glyph.advance, point);
    this.#count(glyph.packed);
  }

  #addReplacement(table: GlyphTable, point: number): void {
    const { packed, advance } = table.replacement();
    this.#push(packed, advance, point);
    this.#count(packed);
  }

  #push(code: number, advance: number, point: number): void {
    const at = this.length++;
    this.codes[at] = code;
    this.advances[at] = advance;
    this.points[at] = point;
    this.width += advance;
  }

  #count(code: number): void {
    const face = code >> CODE_BITS;
    if (face === this.#face) return;
    this.#face = face;
    this.switches++;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.codes.length) return;
    const capacity = Math.max(needed, this.codes.length * 2);
    this.codes = copied(new Int32Array(capacity), this.codes);
    this.advances = copied(new Float32Array(capacity), this.advances);
    this.points = copied(new Uint32Array(capacity), this.points);
  }
}

function copied<T extends Int32Array | Float32Array | Uint32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
