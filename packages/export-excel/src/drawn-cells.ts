import { parseCell } from './cell-ranges.ts';
import { columnLetters } from './row-number.ts';
import { attributesOf } from './xml-read.ts';

const CELL = /<c\b([^>]*?)(\/>|>[\s\S]*?<\/c\s*>)/g;
const NUMBER = /\sr=(?:"[^"]*"|'[^']*')/;

/** One cell of a row that somebody drew. */
export interface DrawnCell {
  /** From 0. */
  readonly column: number;
  readonly letters: string;
  /** Number of its style; 0: none. */
  readonly style: number;
  /** All of the element after the cell's name. */
  readonly rest: string;
}

/** The cells of a row, in order. One that does not say its column stands beside the one before it. */
export function drawnCells(row: string): DrawnCell[] {
  let column = -1;
  return Array.from(row.matchAll(CELL), ([, text = '', content = '']) => {
    const attributes = attributesOf(text);
    column = parseCell(attributes.get('r') ?? '')?.column ?? column + 1;
    return {
      column,
      letters: columnLetters(column),
      style: Number(attributes.get('s') ?? 0),
      rest: text.replace(NUMBER, '') + content,
    };
  });
}
