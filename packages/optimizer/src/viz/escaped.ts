/** Text for XML and HTML, in elements and in attributes. Signs that XML does not know become `�`. */
export function escaped(text: string): string {
  // Most texts hold nothing to escape.
  if (!/[&<>"'\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text)) return text;
  return text
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The beginning of a text that fits, with `…` for the rest; line breaks become blanks. */
export function fitted(text: string, signs: number): string {
  const flat = text.slice(0, 4 * signs).replace(/\s+/g, ' ');
  if (flat.length <= signs) return flat;
  // Not between the two halves of a sign.
  return `${flat.slice(0, signs - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
