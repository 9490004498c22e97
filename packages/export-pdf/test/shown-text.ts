/** What some fonts cannot show, and what stands in its place. */
export interface Lack {
  readonly missing: RegExp;
  readonly replacement: string;
}

/** Of the texts of the exporter suite. */
export const DEJAVU_LACK: Lack = {
  missing: /[\u036b\u3040-\u30ff\u4e00-\u9fff\uff07\uffff\u{20000}-\u{2ffff}\u{1f300}-\u{1f5ff}\u{10ffff}]/gu,
  replacement: '\ufffd',
};

/** Everything but the characters of Windows-1252. */
export const STANDARD_LACK: Lack = {
  missing: /[^ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/gu,
  replacement: '?',
};

/** The text of a value as it is read back. White space is left out: where a line ended, nobody can tell whether there was a space. */
export function shownText(value: unknown, { missing, replacement }: Lack): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'string') return '';
  return value
    .replaceAll(/[\s\u0085]/gu, '')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, replacement)
    .replaceAll(missing, replacement);
}
