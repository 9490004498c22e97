/** From here on UTF-16 units and code points sort differently: surrogates stand below U+E000, what they write above U+FFFF. */
const SURROGATES = 0xd800;
const ABOVE_SURROGATES = 0xe000;

/** Whether a text sorts against every other by UTF-16 units as it does by code points: it holds no unit from U+D800 on. */
export function sortsPlainly(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= SURROGATES) return false;
  return true;
}

/** The order of two texts by code points, as bytes of UTF-8 have it: below 0, 0 or above 0. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return sortable(left) - sortable(right);
  }
  return a.length - b.length;
}

/** Surrogates moved above all other units. */
function sortable(unit: number): number {
  if (unit < SURROGATES) return unit;
  return unit >= ABOVE_SURROGATES ? unit - 0x800 : unit + 0x2000;
}

/** What JavaScript and one code point at a time disagree on. */
const SPECIAL = /[\u03a3\u0130]/;

/** Lower case one code point at a time: JavaScript looks at the neighbours of a capital sigma, and has two code points for a dotted I. */
export function lowerText(text: string): string {
  if (!SPECIAL.test(text)) return text.toLowerCase();
  return text.replaceAll('\u03a3', '\u03c3').replaceAll('\u0130', 'i').toLowerCase();
}
