import { PerfError } from '@perf/contracts';
import { moveRanges, parseCell, touchesRow } from './cell-ranges.ts';
import { drawnCells } from './drawn-cells.ts';
import { MAX_COLUMNS, MAX_SHEET_ROWS } from './excel-options.ts';
import type { Attachment } from './left-behind.ts';
import { leftBehind } from './left-behind.ts';
import type { DrawnRow } from './repeated-row.ts';
import { attributesOf } from './xml-read.ts';

const DATA = /<sheetData\s*(?:\/>|>([\s\S]*?)<\/sheetData\s*>)/;
const ROW = /<row\b([^>]*?)(?:\/>|>([\s\S]*?)<\/row\s*>)/g;
const FORMULA = /<f[\s>/]/;
const RANGES = /\b(ref|sqref)="([^"]*)"/g;
const ROW_NUMBER = /\br="(\d+)"/;
const CELL_NUMBER = /(<c\b[^>]*?\br="[A-Z]+)\d+/g;

interface Row {
  readonly number: number;
  /** The whole element, its attributes and its cells. */
  readonly xml: string;
  readonly attributes: string;
  readonly cells: string;
}

/** A sheet as somebody drew it. */
export interface DrawnSheet {
  readonly xml: string;
  readonly name: string;
  /** The first cell of the data; absent: the first cell of the last row. */
  readonly startCell: string | undefined;
  readonly attachments: readonly Attachment[];
}

/** A sheet of a workbook whose one row is repeated for the data. */
export class SheetTemplate {
  /** Where the data begins: column from 0, row from 1. */
  readonly column: number;
  readonly row: number;
  /** Rows below the data. */
  readonly rowsBelow: number;
  /** The sheet up to the data. */
  readonly head: string;
  /** The row that is repeated. */
  readonly drawnRow: DrawnRow;
  readonly #below: readonly Row[];
  readonly #tail: string;

  constructor({ xml, name, startCell, attachments }: DrawnSheet) {
    const data = DATA.exec(xml);
    if (data === null) throw unusable(name, 'has no sheetData, or names its elements with a prefix');
    const rows = rowsOf(data[1] ?? '');
    const start = startOf(rows, name, startCell);
    const sample = rows.find(({ number }) => number === start.row);
    this.column = start.column;
    this.row = start.row;
    this.#below = rows.filter(({ number }) => number > start.row);
    this.rowsBelow = (this.#below.at(-1)?.number ?? start.row) - start.row;
    this.#tail = xml.slice(data.index + data[0].length);
    if ([...this.#below, ...(sample === undefined ? [] : [sample])].some(({ cells }) => FORMULA.test(cells)))
      throw unusable(name, `has formulas in row ${start.row} or below, which would have to be rewritten`);
    const merges = this.#tail.matchAll(/<mergeCell\b[^>]*\bref="([^"]*)"/g);
    if (Array.from(merges).some(([, range = '']) => touchesRow(range, start.row)))
      throw unusable(name, `has merged cells in row ${start.row}, which is repeated`);
    const left = leftBehind({ name, row: start.row, tail: this.#tail, attachments });
    if (left !== undefined)
      throw unusable(name, `has ${left}, in row ${start.row} or below, which would not move with the rows`);
    const above = rows.filter(({ number }) => number < start.row).map((row) => row.xml);
    // The area of the sheet is a hint that some readers believe, and it is no longer true.
    const top = xml.slice(0, data.index).replace(/<dimension\b[^>]*\/>/, '');
    this.head = `${top}<sheetData>${above.join('')}`;
    this.drawnRow = {
      attributes: keptAttributes(sample?.attributes ?? ''),
      cells: drawnCells(sample?.cells ?? ''),
    };
  }

  /** The sheet from its last data row on, what stands below moved to make room for `rows` rows; for none the repeated row is left empty. */
  foot(rows: number): string {
    const count = Math.max(1, rows);
    const below = this.#below.map(({ xml, number }) => moveRow(xml, number, number + count - 1));
    const tail = this.#tail.replaceAll(
      RANGES,
      (_, key: string, ranges: string) => `${key}="${moveRanges(ranges, this.row, count)}"`,
    );
    return `${rows === 0 ? this.#emptyRow() : ''}${below.join('')}</sheetData>${tail}`;
  }

  #emptyRow(): string {
    const { attributes, cells } = this.drawnRow;
    if (cells.length === 0) return '';
    const empty = cells.map(({ letters, style }) => `<c r="${letters}${this.row}" s="${style}"/>`);
    return `<row r="${this.row}"${attributes}>${empty.join('')}</row>`;
  }
}

function rowsOf(data: string): Row[] {
  let last = 0;
  return Array.from(data.matchAll(ROW), ([xml, attributes = '', cells = '']) => {
    last = Number(attributesOf(attributes).get('r') ?? last + 1);
    return { number: last, xml, attributes, cells };
  });
}

function startOf(
  rows: readonly Row[],
  name: string,
  startCell: string | undefined,
): { readonly column: number; readonly row: number } {
  if (startCell !== undefined) {
    const start = parseCell(startCell);
    if (start !== undefined && start.row <= MAX_SHEET_ROWS && start.column < MAX_COLUMNS) return start;
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `startCell must name a cell from A1 to XFD${MAX_SHEET_ROWS}, as in B5, got ${JSON.stringify(startCell)}`,
    );
  }
  const last = rows.at(-1);
  if (last === undefined) throw unusable(name, 'has no row to repeat; give startCell');
  return { row: last.number, column: drawnCells(last.cells)[0]?.column ?? 0 };
}

function keptAttributes(attributes: string): string {
  const kept = attributes.replaceAll(/\s(?:r|spans)="[^"]*"/g, '').trim();
  return kept === '' ? '' : ` ${kept}`;
}

function moveRow(xml: string, from: number, to: number): string {
  if (from === to) return xml;
  const end = xml.indexOf('>');
  const tag = xml.slice(0, end).replace(ROW_NUMBER, `r="${to}"`);
  return tag + xml.slice(end).replaceAll(CELL_NUMBER, (_, start: string) => `${start}${to}`);
}

function unusable(name: string, why: string): PerfError {
  return new PerfError('ERR_PERF_UNSUPPORTED', `the sheet ${JSON.stringify(name)} to fill ${why}`);
}
