import type { GlyphTable } from '../fonts/glyph-table.ts';
import { CODE_BITS } from '../fonts/glyph-table.ts';
import type { GlyphBuffer } from '../text/glyph-buffer.ts';
import type { ContentBytes } from './content-bytes.ts';
import { writeHundredths } from './content-bytes.ts';

/** Most bytes that one glyph takes: two bytes, each with a backslash. */
export const GLYPH_BYTES = 4;
/** Most bytes of a change of font, and of the string that it ends. */
export const SWITCH_BYTES = 32;
/** Most bytes around the glyphs of one line: its place, font and operators. */
export const LINE_BYTES = 80;

const OPEN = 40;
const CLOSE = 41;
const BACKSLASH = 92;
const RETURN = 13;
const LETTER_R = 114;
const SPACE = 32;
const NEWLINE = 10;
const LETTER_T = 84;
const LETTER_D = 100;
const LETTER_J = 106;

/** A font size and what it does to the chain's glyphs. */
export interface TextStyle {
  readonly table: GlyphTable;
  /** Points. */
  readonly size: number;
  /** Operators that set its colour. */
  readonly paint: string;
}

/** Writes lines of glyphs into one text object after the other: places relative to the line before, and fonts only when they change. */
export class TextWriter {
  readonly #out: ContentBytes;
  #x = 0;
  #y = 0;
  #style: TextStyle | undefined;
  #face = -1;
  #font = '';

  constructor(out: ContentBytes) {
    this.#out = out;
  }

  /** Begins a text object. `state` says that fonts and colours of another one still hold. */
  begin(): void {
    this.#out.text('BT\n');
    this.#x = 0;
    this.#y = 0;
  }

  end(): void {
    this.#out.text('ET\n');
  }

  /** Forgets fonts and colours, as at the start of a page. */
  reset(): void {
    this.#style = undefined;
    this.#face = -1;
    this.#font = '';
  }

  /** Writes the glyphs `from .. to` so that they begin at `x`, `y`: hundredths of a point, from the lower left corner. */
  line(style: TextStyle, glyphs: GlyphBuffer, from: number, to: number, x: number, y: number): void {
    if (from >= to) return;
    const out = this.#out;
    if (style !== this.#style) {
      if (style.paint !== this.#style?.paint) out.text(style.paint);
      this.#style = style;
      this.#face = -1;
    }
    const { codes } = glyphs;
    const { faces } = style.table;
    this.#use(style, (codes[from] ?? 0) >> CODE_BITS);
    const { bytes } = out;
    let p = writeHundredths(bytes, out.length, x - this.#x);
    bytes[p++] = SPACE;
    p = writeHundredths(bytes, p, y - this.#y);
    bytes[p++] = SPACE;
    bytes[p++] = LETTER_T;
    bytes[p++] = LETTER_D;
    bytes[p++] = OPEN;
    let isWide = faces[this.#face]?.isWide === true;
    for (let i = from; i < to; i++) {
      const packed = codes[i] ?? 0;
      const face = packed >> CODE_BITS;
      if (face !== this.#face) {
        p = close(bytes, p);
        out.length = p;
        this.#use(style, face);
        isWide = faces[face]?.isWide === true;
        p = out.length;
        bytes[p++] = OPEN;
      }
      if (isWide) p = writeByte(bytes, p, (packed >> 8) & 0xff);
      p = writeByte(bytes, p, packed & 0xff);
    }
    out.length = close(bytes, p);
    this.#x = x;
    this.#y = y;
  }

  #use(style: TextStyle, face: number): void {
    if (face === this.#face) return;
    this.#face = face;
    const font = `/${style.table.faces[face]?.name ?? ''} ${style.size} Tf\n`;
    if (font === this.#font) return;
    this.#font = font;
    this.#out.text(font);
  }
}

function close(bytes: Uint8Array, position: number): number {
  bytes[position] = CLOSE;
  bytes[position + 1] = LETTER_T;
  bytes[position + 2] = LETTER_J;
  bytes[position + 3] = NEWLINE;
  return position + 4;
}

function writeByte(bytes: Uint8Array, position: number, byte: number): number {
  if (byte === OPEN || byte === CLOSE || byte === BACKSLASH) {
    bytes[position] = BACKSLASH;
    bytes[position + 1] = byte;
    return position + 2;
  }
  if (byte === RETURN) {
    bytes[position] = BACKSLASH;
    bytes[position + 1] = LETTER_R;
    return position + 2;
  }
  bytes[position] = byte;
  return position + 1;
}
