/** Characters that XML 1.0 cannot hold, carriage return, which readers drop, and what would read as one of their escapes. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=[xX][0-9a-fA-F]{4}_)/g;
const MARKUP = /[&<>]/g;
const QUOTES = /["\t\n]/g;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
]);

/** Text as the content of an element: markup as entities, what XML cannot hold as `_xHHHH_`. Lone surrogates are left to the encoding. */
export function escapeXml(text: string): string {
  return text.replaceAll(UNWRITABLE, escapeUnit).replaceAll(MARKUP, entityOf);
}

/** Text as the value of an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeXml(text.toWellFormed()).replaceAll(QUOTES, entityOf);
}

/** Whether readers would drop white space at the ends of `text` unless told to keep it. */
export function hasOuterSpace(text: string): boolean {
  return isSpace(text.charCodeAt(0)) || isSpace(text.charCodeAt(text.length - 1));
}

/** Space, tab and line feed. Carriage return is written as an escape. */
export function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10;
}

function escapeUnit(character: string): string {
  const hex = character.charCodeAt(0).toString(16).toUpperCase();
  return `_x${hex.padStart(4, '0')}_`;
}

function entityOf(character: string): string {
  return ENTITIES.get(character) ?? character;
}
