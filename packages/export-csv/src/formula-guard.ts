const APOSTROPHE = "'";
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Units that make a spreadsheet read a cell as a formula, or that it drops before it looks: `= + - @`, tab, LF, CR. */
const LEADS: readonly number[] = [61, 43, 45, 64, 9, 10, 13];
/** The full-width forms `＝ ＋ － ＠`, which some locales read as their narrow ones. */
const WIDE_LEADS: ReadonlySet<number> = new Set([0xff1d, 0xff0b, 0xff0d, 0xff20]);

const leadTable = new Uint8Array(128);
for (const unit of LEADS) leadTable[unit] = 1;

/** Readers drop a byte order mark, and see what stands behind it. */
const BYTE_ORDER_MARK = 0xfeff;

/** Whether text that begins with this UTF-16 unit has to be looked at. The one rule for rows, columns, titles and giants. */
export function isLead(unit: number): boolean {
  return unit < 128
    ? leadTable[unit] === 1
    : unit >= BYTE_ORDER_MARK && (unit === BYTE_ORDER_MARK || WIDE_LEADS.has(unit));
}

/** Whether UTF-8 text that begins with this byte has to be looked at; `EF` begins all full-width forms and the byte order mark. */
export function isLeadByte(byte: number): boolean {
  return byte < 128 ? leadTable[byte] === 1 : byte === 0xef;
}

/** Whether a spreadsheet could run `text`. Text that is a number (`-5`, `+1.5e3`) is none. */
export function isFormula(text: string): boolean {
  let start = 0;
  while (text.charCodeAt(start) === BYTE_ORDER_MARK) start++;
  if (start === text.length || !isLead(text.charCodeAt(start))) return false;
  return !(text.length - start < 400 && NUMBER.test(start === 0 ? text : text.slice(start)));
}

/** The text with the mark in front that makes a spreadsheet show it as text. */
export function disarmed(text: string): string {
  return APOSTROPHE + text;
}
