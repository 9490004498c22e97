import { elementsOf } from './xml-read.ts';

const CELL_STYLES = /<(?:\w+:)?cellXfs\b[\s\S]*?<\/(?:\w+:)?cellXfs\s*>/;
const FORMATS = /<(?:\w+:)?numFmts\b[\s\S]*?<\/(?:\w+:)?numFmts\s*>/;
/** What a format shows as it stands: quoted, escaped, or as room of a character's width. */
const LITERAL = /"[^"]*"|[\\_*][\s\S]/g;
/** Colours, conditions and places, but not hours, minutes and seconds beyond a day: `[h]`. */
const BRACKETS = /\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi;

/** The numbers of those styles of a workbook (styles.xml) that show days and times. */
export function dateStyles(xml: string): ReadonlySet<number> {
  const formats = elementsOf(FORMATS.exec(xml)?.[0] ?? '', 'numFmt');
  const codes = new Map(formats.map((format) => [format.get('numFmtId'), format.get('formatCode') ?? '']));
  const styles = elementsOf(CELL_STYLES.exec(xml)?.[0] ?? '', 'xf');
  const found = styles.map((style) => {
    const id = style.get('numFmtId');
    const code = codes.get(id);
    return code === undefined ? isBuiltInDate(Number(id)) : isDateCode(code);
  });
  return new Set(found.flatMap((isDate, i) => (isDate ? [i] : [])));
}

/** Formats that stand in no workbook because every reader knows them; those of East Asia are among them. */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

function isDateCode(code: string): boolean {
  return /[dmyhs]/i.test(code.replaceAll(LITERAL, '').replaceAll(BRACKETS, ''));
}
