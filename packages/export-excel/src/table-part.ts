import { columnLetters } from './row-number.ts';
import { shortened } from './text-cell.ts';
import { escapeAttribute } from './xml-text.ts';

/** Most UTF-16 units of a header of a table: 255 with the number that one may get. */
export const MAX_TABLE_HEADER = 247;

/** Headers as a table needs them: not empty, not too long, no two alike. Those that are not get a number. */
export function tableHeaders(headers: readonly string[]): string[] {
  const taken = new Set<string>();
  /** The number that the next header of a name may get. */
  const numbers = new Map<string, number>();
  return headers.map((header, i) => {
    const name = shortened(header, MAX_TABLE_HEADER).toWellFormed() || `Column${i + 1}`;
    const key = name.toLowerCase();
    let number = numbers.get(key) ?? 2;
    let unique = name;
    while (taken.has(unique.toLowerCase())) unique = `${name}${number++}`;
    numbers.set(key, number);
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** The part that makes an area of sheet `number` a table. It covers at least one row below the header, as Excel demands. */
export function tableXml(
  number: number,
  headers: readonly string[],
  headerRow: number,
  lastRow: number,
): string {
  const area = `A${headerRow}:${columnLetters(headers.length - 1)}${Math.max(lastRow, headerRow + 1)}`;
  const columns = headers
    .map((header, i) => `<tableColumn id="${i + 1}" name="${tableName(header)}"/>`)
    .join('');
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    `<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="${number}" name="Table${number}" displayName="Table${number}" ref="${area}" totalsRowShown="0">` +
    `<autoFilter ref="${area}"/><tableColumns count="${headers.length}">${columns}</tableColumns>` +
    '<tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>'
  );
}

/** Line breaks of a header are escaped in the way of Excel, not of XML. */
function tableName(header: string): string {
  return escapeAttribute(header).replaceAll('&#10;', '_x000a_').replaceAll('&#9;', '_x0009_');
}
