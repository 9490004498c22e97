import { reachesRow } from './cell-ranges.ts';
import { elementsOf, unescapeXml } from './xml-read.ts';

const ROW_BREAKS = /<rowBreaks\b[\s\S]*?<\/rowBreaks\s*>/g;
/** Ranges of extensions, as of data bars and sparklines. */
const EXTENSION_RANGES = /<\w+:sqref>([^<]*)</g;
/** Formulas of rules: conditional formats and data validation, those of extensions too. */
const RULE_FORMULAS = /<(?:\w+:)?(?:formula[12]?|f)>([^<]*)</g;
const RULE_LIMITS = /<cfvo\b[^>]*\bval="([^"]*)"/g;
const QUOTED = /"(?:[^"]|"")*"/g;
/** The name of a sheet, if any, and the rows of what is referred to: `'My sheet'!$B5:$B9`, `5:9`. */
const REFERENCE =
  /(?<![\w.$])(?:('(?:[^']|'')+'|[^\s!'"(),;+\-*/&<>=^:{}]+)!)?\$?[A-Z]{0,3}\$?(\d+)(?::\$?[A-Z]{0,3}\$?(\d+))?(?![\w(.])/gi;

/** What another part of the workbook says of cells of the sheet, as a table or a comment. */
export interface Attachment {
  readonly what: string;
  /** The cells. */
  readonly ref: string;
}

/** A sheet into which rows are put. */
export interface SheetFacts {
  readonly name: string;
  /** The row after which they are put. */
  readonly row: number;
  /** The sheet after its cells. */
  readonly tail: string;
  readonly attachments: readonly Attachment[];
}

/** The first thing that would stay where it is while the cells that it belongs to move down; undefined when there is none. */
export function leftBehind({ name, row, tail, attachments }: SheetFacts): string | undefined {
  const attached = attachments.find(({ ref }) => reachesRow(ref, row));
  if (attached !== undefined) return `${attached.what} at ${attached.ref}`;
  const breaks = (tail.match(ROW_BREAKS) ?? []).flatMap((xml) => elementsOf(xml, 'brk'));
  if (breaks.some((brk) => Number(brk.get('id')) >= row)) return 'a page break';
  const ranges = Array.from(tail.matchAll(EXTENSION_RANGES), ([, range = '']) => range);
  const range = ranges.find((one) => reachesRow(one, row));
  if (range !== undefined) return `a data bar, sparkline or other extension at ${range}`;
  const formulas = [RULE_FORMULAS, RULE_LIMITS].flatMap((pattern) =>
    Array.from(tail.matchAll(pattern), ([, formula = '']) => unescapeXml(formula)),
  );
  const formula = formulas.find((one) => namesRowBelow(one, row, name));
  return formula === undefined ? undefined : `a rule of formats or validation with the formula ${formula}`;
}

function namesRowBelow(formula: string, row: number, sheetName: string): boolean {
  const references = formula.replaceAll(QUOTED, '""').matchAll(REFERENCE);
  return Array.from(references).some(([text, sheet, first, last]) => {
    if (!/[A-Z:]/i.test(text)) return false;
    const isElsewhere = sheet !== undefined && unquoted(sheet).toLowerCase() !== sheetName.toLowerCase();
    return !isElsewhere && Math.max(Number(first), Number(last ?? 0)) > row;
  });
}

function unquoted(name: string): string {
  return name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name;
}
