/** What a code point is to the layout, besides a glyph. */
export type CodePointKind = 'glyph' | 'break' | 'tab' | 'invisible' | 'control' | 'surrogate' | 'shaped';

/** Zero-width characters, direction marks, soft hyphens, variation selectors: Unicode says that they show nothing. */
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u;

/** Accents, vowels and points that stand above, below or around the letter before them. */
const MARK = /^\p{M}$/u;

/**
 * Sorts a code point: line breaks, tabs, control characters, characters that are never seen, halves of surrogate pairs, and letters and
 * marks that look right only when they are joined, combined or reordered.
 */
export function kindOf(codePoint: number): CodePointKind {
  if (codePoint < 0x300) return kindOfCommon(codePoint);
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 'surrogate';
  if (codePoint === 0x2028 || codePoint === 0x2029) return 'break';
  const character = String.fromCodePoint(codePoint);
  if (INVISIBLE.test(character)) return 'invisible';
  return isShaped(codePoint) || MARK.test(character) ? 'shaped' : 'glyph';
}

function kindOfCommon(codePoint: number): CodePointKind {
  if (codePoint === 9) return 'tab';
  if ((codePoint >= 10 && codePoint <= 13) || codePoint === 0x85) return 'break';
  if (codePoint < 32 || (codePoint >= 127 && codePoint < 160)) return 'control';
  return INVISIBLE.test(String.fromCodePoint(codePoint)) ? 'invisible' : 'glyph';
}

/** Scripts written from right to left. */
function isRightToLeft(codePoint: number): boolean {
  return (
    (codePoint >= 0x590 && codePoint < 0x900) ||
    (codePoint >= 0xfb1d && codePoint <= 0xfdff) ||
    (codePoint >= 0xfe70 && codePoint <= 0xfefc) ||
    (codePoint >= 0x10800 && codePoint <= 0x10fff) ||
    (codePoint >= 0x1e800 && codePoint <= 0x1efff)
  );
}

/** Right-to-left scripts, those of South and South-East Asia whose letters combine, and the parts of Korean syllables. */
function isShaped(codePoint: number): boolean {
  return (
    isRightToLeft(codePoint) ||
    (codePoint >= 0x900 && codePoint < 0xe00) ||
    (codePoint >= 0xf00 && codePoint < 0x10a0) ||
    (codePoint >= 0x1100 && codePoint < 0x1200) ||
    (codePoint >= 0x1700 && codePoint < 0x18b0) ||
    (codePoint >= 0x1900 && codePoint < 0x1c80) ||
    (codePoint >= 0xa800 && codePoint < 0xac00) ||
    (codePoint >= 0xd7b0 && codePoint < 0xd800) ||
    (codePoint >= 0x11000 && codePoint < 0x12000)
  );
}

/** Whether a line may end before and after the character: those of Chinese, Japanese and Korean text. */
export function isIdeographic(codePoint: number): boolean {
  return (
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xff00 && codePoint <= 0xffef) ||
    (codePoint >= 0x1f000 && codePoint <= 0x1faff) ||
    (codePoint >= 0x20000 && codePoint <= 0x3ffff)
  );
}

/** Whether a line may end after the character, which is then not shown: spaces that may break. */
export function isSpace(codePoint: number): boolean {
  return (
    codePoint === 32 ||
    codePoint === 0x1680 ||
    (codePoint >= 0x2000 && codePoint <= 0x200a && codePoint !== 0x2007) ||
    codePoint === 0x205f ||
    codePoint === 0x3000
  );
}
