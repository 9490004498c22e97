import { writeInt31 } from '@perf/export-core';

/** The number of the row that is being written, as the digits that all its cells need. */
export class RowNumber {
  readonly digits: Buffer = Buffer.alloc(8);
  length = 0;

  set(row: number): void {
    this.length = writeInt31(this.digits, 0, row);
  }

  text(): string {
    return this.digits.toString('latin1', 0, this.length);
  }

  /** Gives the position after the digits. */
  write(bytes: Buffer, position: number): number {
    const { digits, length } = this;
    for (let i = 0; i < length; i++) bytes[position + i] = digits[i] ?? 0;
    return position + length;
  }
}

/** Letters of a column counted from 0: A, …, Z, AA, …, XFD. */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}
