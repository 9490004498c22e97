import { writeInt31 } from '@perf/export-core';
import type { DrawnCell } from './drawn-cells.ts';
import { columnLetters } from './row-number.ts';

/** Seven digits of a row's number and the quote behind them; shorter numbers have spaces behind the quote. */
const SLOT = 8;
const QUOTE = 34;
const SPACE = 32;

/** What somebody drew of a row that is repeated for the data. */
export interface DrawnRow {
  /** Its attributes but its number, with a space in front. */
  readonly attributes: string;
  readonly cells: readonly DrawnCell[];
}

/**
 * What every row of a workbook to fill has besides its values: the other cells of the repeated row, and empty cells in its styles for null.
 * They are bytes that change with the row in place, so that they are copied like any fixed text.
 */
export class RepeatedRow {
  readonly attributes: string;
  /** The cells in front of the data. */
  readonly before: Uint8Array;
  /** The end of the last cell of data, the cells behind it, and the end of the row. */
  readonly close: Uint8Array;
  /** Numbers of the styles of the data's columns. */
  readonly styles: readonly number[];
  /** What stands for null in the data's columns, without the `>` at its end; undefined: no cell. */
  readonly nulls: readonly (Uint8Array | undefined)[];
  readonly #view: DataView;
  /** Where the number of the row stands. */
  readonly #slots: readonly number[];
  readonly #word = Buffer.alloc(SLOT);
  readonly #wordView = new DataView(this.#word.buffer, this.#word.byteOffset, SLOT);

  /** @param first column of the data, from 0 @param count of its columns */
  constructor({ attributes, cells }: DrawnRow, first: number, count: number) {
    const text = new SlottedText();
    const before = cells.filter(({ column }) => column < first);
    const after = cells.filter(({ column }) => column >= first + count);
    const front = text.add(() => {
      for (const cell of before) text.cell(cell.letters, cell.rest);
    });
    const back = text.add(() => {
      text.write('>');
      for (const cell of after) text.cell(cell.letters, cell.rest);
      text.write('</row>');
    });
    const drawn = new Map(cells.map(({ column, style }) => [column, style]));
    this.styles = Array.from({ length: count }, (_, i) => drawn.get(first + i) ?? 0);
    const nulls = this.styles.map((style, i) =>
      style === 0 ? undefined : text.add(() => text.cell(columnLetters(first + i), ` s="${style}"/`)),
    );
    const bytes = text.bytes();
    const partOf = ([from, to]: readonly [number, number]): Uint8Array => bytes.subarray(from, to);
    this.attributes = attributes;
    this.before = partOf(front);
    this.close = partOf(back);
    this.nulls = nulls.map((range) => (range === undefined ? undefined : partOf(range)));
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#slots = text.slots;
  }

  /** Puts the number of the row that comes next everywhere. */
  moveTo(row: number): void {
    const word = this.#word;
    const end = writeInt31(word.fill(SPACE), 0, row);
    word[end] = QUOTE;
    // ASCII is never a NaN, so a double carries its bytes unchanged.
    const value = this.#wordView.getFloat64(0);
    for (const slot of this.#slots) this.#view.setFloat64(slot, value);
  }
}

/** Text that leaves room for the number of a row in the name of every cell. */
class SlottedText {
  /** Where the room is. */
  readonly slots: number[] = [];
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** Gives from where to where that stands which `write` writes. */
  add(write: () => void): [from: number, to: number] {
    const from = this.#length;
    write();
    return [from, this.#length];
  }

  cell(letters: string, rest: string): void {
    this.write(`<c r="${letters}`);
    this.slots.push(this.#length);
    this.write(' '.repeat(SLOT) + rest);
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
