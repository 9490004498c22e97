import { kindOf } from '../text/code-points.ts';
import type { FontFace } from './font-face.ts';

/** Entries of `GlyphTable.packed` that are no glyphs. */
export const UNKNOWN = -1;
export const BREAK = -2;
export const TAB = -3;
export const INVISIBLE = -4;
export const CONTROL = -5;
export const SURROGATE = -6;
export const MISSING = -7;
export const SHAPED = -8;

/** Bits of a packed glyph below its font's place in the chain. */
export const CODE_BITS = 16;
const CODE_MASK = 0xffff;
const BASIC_PLANE = 0x10000;

/** Shown in place of what no font can show: the first of these that a font has. */
const REPLACEMENTS = [0xfffd, 0x25a1, 0x3f];

/**
 * Characters of the same meaning that fonts rather have: spaces between digits, minus signs and hyphens, as `Intl` writes them in many
 * languages. They break lines as the characters do for which they stand.
 */
const LOOK_ALIKES: ReadonlyMap<number, number> = new Map([
  [0x2007, 0xa0],
  [0x2009, 0xa0],
  [0x202f, 0xa0],
  [0x2010, 0x2d],
  [0x2011, 0x2d],
  [0x2212, 0x2d],
]);

/** A glyph's code and the place of its font in the chain, as one number. */
export interface PackedGlyph {
  readonly packed: number;
  readonly advance: number;
}

/**
 * The glyphs of a chain of fonts by code point: the first font that has one gives it, or a look-alike when none has. A font is asked once per code point; from then on
 * a look-up is two reads of an array.
 */
export class GlyphTable {
  readonly faces: readonly FontFace[];
  /** By UTF-16 unit: a packed glyph, or one of the negative marks. */
  readonly packed: Int32Array = new Int32Array(BASIC_PLANE).fill(UNKNOWN);
  /** By UTF-16 unit: thousandths of the font size. */
  readonly advances: Float32Array = new Float32Array(BASIC_PLANE);
  readonly #others = new Map<number, PackedGlyph | typeof MISSING>();
  #replacement: PackedGlyph | undefined;

  /** @param faces at least one */
  constructor(faces: readonly FontFace[]) {
    this.faces = faces;
  }

  /** Most that a glyph of the chain rises above its baseline, in thousandths of the font size. */
  get ascender(): number {
    return Math.max(...this.faces.map((face) => face.ascender));
  }

  /** Most that one falls below it, a negative number. */
  get descender(): number {
    return Math.min(...this.faces.map((face) => face.descender));
  }

  /** Fills the entry of a unit that was not looked at yet, and gives it. */
  learn(unit: number): number {
    const entry = this.#entryOf(unit);
    this.packed[unit] = entry;
    return entry;
  }

  /** The glyph of any code point, marks aside, or of its look-alike; `MISSING` when no font has either. */
  glyphOf(codePoint: number): PackedGlyph | typeof MISSING {
    const known = this.#others.get(codePoint);
    if (known !== undefined) return known;
    const found = this.#find(codePoint) ?? this.#find(LOOK_ALIKES.get(codePoint)) ?? MISSING;
    this.#others.set(codePoint, found);
    return found;
  }

  /** What stands for a character that cannot be shown. */
  replacement(): PackedGlyph {
    if (this.#replacement !== undefined) return this.#replacement;
    for (const codePoint of REPLACEMENTS) {
      const found = this.#find(codePoint);
      if (found !== undefined) return (this.#replacement = found);
    }
    const first = this.#find(0x20) ?? { packed: 0, advance: 500 };
    return (this.#replacement = first);
  }

  #entryOf(unit: number): number {
    switch (kindOf(unit)) {
      case 'break':
        return BREAK;
      case 'tab':
        return TAB;
      case 'invisible':
        return INVISIBLE;
      case 'control':
        return CONTROL;
      case 'surrogate':
        return SURROGATE;
      case 'shaped':
        return SHAPED;
      case 'glyph': {
        const found = this.glyphOf(unit);
        if (found === MISSING) return MISSING;
        this.advances[unit] = found.advance;
        return found.packed;
      }
    }
  }

  #find(codePoint: number | undefined): PackedGlyph | undefined {
    if (codePoint === undefined) return undefined;
    for (const [i, face] of this.faces.entries()) {
      const glyph = face.glyphOf(codePoint);
      if (glyph !== undefined)
        return { packed: (i << CODE_BITS) | (glyph.code & CODE_MASK), advance: Math.fround(glyph.advance) };
    }
    return undefined;
  }
}
