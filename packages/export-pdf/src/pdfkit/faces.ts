import { PerfError } from '@perf/contracts';
import type { FontFace, Glyph } from '../fonts/font-face.ts';
import type { EmbeddedKitFont, KitGlyph, StandardKitFont } from './shapes.ts';

/** A glyph's number has two bytes. */
const LAST_CODE = 0xffff;

/** One of the fonts that every reader has. @param use called when its first glyph is asked for */
export function standardFace(name: string, kit: StandardKitFont, use: () => void): FontFace {
  let isUsed = false;
  const has = (codePoint: number): boolean =>
    codePoint >= 32 &&
    !(codePoint >= 127 && codePoint < 160) &&
    kit.font.characterToGlyph(codePoint) !== '.notdef';
  return {
    name,
    isWide: false,
    ascender: kit.ascender,
    descender: kit.descender,
    glyphOf(codePoint): Glyph | undefined {
      if (!has(codePoint)) return undefined;
      if (!isUsed) use();
      isUsed = true;
      const [code = ''] = kit.font.encodeText(String.fromCodePoint(codePoint));
      return {
        code: Number.parseInt(code, 16),
        advance: kit.font.widthOfGlyph(kit.font.characterToGlyph(codePoint)),
      };
    },
  };
}

/** A font of which the glyphs in use are embedded. @param use called when the first of them is asked for */
export function embeddedFace(name: string, kit: EmbeddedKitFont, use: () => void): FontFace {
  const { font, subset, widths, unicode, scale } = kit;
  let isUsed = false;
  /** Takes a glyph into the subset as the picture of these code points, and of no others: readers find the text by it. */
  const include = (glyph: KitGlyph, codePoints: readonly number[]): number => {
    if (!isUsed) use();
    isUsed = true;
    let code = subset.includeGlyph(glyph.id);
    const known = unicode[code];
    if (known !== undefined && !isSame(known, codePoints)) {
      // One glyph for two characters: a second copy of it, so that each is read back as what it was.
      delete subset.mapping[glyph.id];
      code = subset.includeGlyph(glyph.id);
    }
    if (code > LAST_CODE)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        'the document has more than 65,535 different characters of one font',
      );
    widths[code] ??= glyph.advanceWidth * scale;
    unicode[code] ??= codePoints;
    return code;
  };
  return {
    name,
    isWide: true,
    ascender: kit.ascender,
    descender: kit.descender,
    glyphOf(codePoint): Glyph | undefined {
      if (!font.hasGlyphForCodePoint(codePoint)) return undefined;
      const glyph = font.glyphForCodePoint(codePoint);
      return { code: include(glyph, [codePoint]), advance: glyph.advanceWidth * scale };
    },
  };
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
