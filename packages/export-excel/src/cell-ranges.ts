import { MAX_SHEET_ROWS } from './excel-options.ts';

const CELL = /^(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})$/;

/** A cell by its name, as in `B5`; undefined for text that names none. Column from 0, row from 1. */
export function parseCell(name: string): { readonly column: number; readonly row: number } | undefined {
  const [, , letters = '', , row = ''] = CELL.exec(name) ?? [];
  if (letters === '') return undefined;
  const column = letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { column, row: Number(row) };
}

/** Whether a list of ranges touches a row. */
export function touchesRow(ranges: string, row: number): boolean {
  return ranges.split(' ').some((range) => {
    const [first = '', last = first] = range.split(':');
    const [from, to] = [parseCell(first)?.row ?? 0, parseCell(last)?.row ?? 0];
    return from <= row && row <= to;
  });
}

/** Whether a list of ranges has cells in a row or below it. */
export function reachesRow(ranges: string, row: number): boolean {
  return ranges.split(' ').some((range) => (parseCell(range.split(':').at(-1) ?? '')?.row ?? 0) >= row);
}

/**
 * A list of ranges after row `row` has become `count` rows: what ends with it is stretched, what lies below moves down, to the last row of a
 * sheet at most. Text that is no list of ranges stays.
 */
export function moveRanges(ranges: string, row: number, count: number): string {
  return ranges
    .split(' ')
    .map((range) => {
      const [first = '', last] = range.split(':');
      const from = moveCell(first, (at) => (at > row ? at + count - 1 : at));
      if (last === undefined && parseCell(first)?.row !== row) return from;
      const to = moveCell(last ?? first, (at) => (at >= row ? at + count - 1 : at));
      return from === to ? from : `${from}:${to}`;
    })
    .join(' ');
}

function moveCell(name: string, move: (row: number) => number): string {
  const [, columnMark = '', letters = '', rowMark = '', row = ''] = CELL.exec(name) ?? [];
  return letters === ''
    ? name
    : `${columnMark}${letters}${rowMark}${Math.min(move(Number(row)), MAX_SHEET_ROWS)}`;
}
