import type { RowNumber } from './row-number.ts';

const WORD = 8;
const ZERO = 48;
const NINE = 57;
const MOST_DIGITS = 7;

/** Bytes behind a head or close that may be written over with anything: both are written eight bytes at a time. */
const SLACK = WORD;

/**
 * The fixed text before a value, with the number of its row in it: `<c r="B7" s="2"><v>`. From one row to the next mostly one digit
 * changes, so it is kept and copied as a whole, eight bytes at a time; bench/excel.bench.ts shows the difference.
 */
export class CellHead {
  /** Most bytes that it takes, slack included. */
  readonly width: number;
  readonly #row: RowNumber;
  readonly #before: string;
  readonly #after: string;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #length = 0;
  /** The row that stands in the bytes, and where its digits are. */
  #number = 0;
  #firstDigit = 0;
  #lastDigit = -1;

  constructor(row: RowNumber, before: string, after: string) {
    this.#row = row;
    this.#before = before;
    this.#after = after;
    this.width = Buffer.byteLength(before + after) + MOST_DIGITS + SLACK;
    this.#bytes = Buffer.alloc(this.width);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  /** Gives the position after the head. */
  write(bytes: Buffer, position: number): number {
    const row = this.#row;
    if (this.#number !== row.value) this.#move(row.value);
    const target = row.viewOf(bytes);
    const view = this.#view;
    const length = this.#length;
    // ASCII is never a NaN, so a double carries its bytes unchanged.
    for (let i = 0; i < length; i += WORD) target.setFloat64(position + i, view.getFloat64(i, true), true);
    return position + length;
  }

  #move(number: number): void {
    if (number !== this.#number + 1 || !this.#countUp()) {
      const start = `${this.#before}${number}`;
      this.#firstDigit = this.#before.length;
      this.#lastDigit = start.length - 1;
      this.#length = this.#bytes.write(start + this.#after);
    }
    this.#number = number;
  }

  /** Adds one to the digits; false when there must be one more of them, or none stand there yet. */
  #countUp(): boolean {
    const bytes = this.#bytes;
    for (let at = this.#lastDigit; at >= this.#firstDigit; at--) {
      const digit = bytes[at] ?? NINE;
      if (digit < NINE) {
        bytes[at] = digit + 1;
        return true;
      }
      bytes[at] = ZERO;
    }
    return false;
  }
}

const words = new DataView(new ArrayBuffer(3 * WORD));
Buffer.from(words.buffer).write('</v></c></t></is></c>', 'latin1');
const END_OF_VALUE = words.getFloat64(0, true);
const END_OF_TEXT = words.getFloat64(8, true);
const END_OF_CELL = words.getFloat64(16, true);

/** Writes `</v></c`; the `>` is the table's separator. Gives the position after it. */
export function closeValue(row: RowNumber, bytes: Buffer, position: number): number {
  row.viewOf(bytes).setFloat64(position, END_OF_VALUE, true);
  return position + 7;
}

/** Writes `</t></is></c`. Gives the position after it. */
export function closeText(row: RowNumber, bytes: Buffer, position: number): number {
  const view = row.viewOf(bytes);
  view.setFloat64(position, END_OF_TEXT, true);
  view.setFloat64(position + WORD, END_OF_CELL, true);
  return position + 12;
}
