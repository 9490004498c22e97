import type { CellWriter, WarningCounter } from '@perf/export-core';
import { MISFIT, NUMBER_BYTES, writeAscii, writeBigint, writeInteger, writeNumber } from '@perf/export-core';
import { CellHead, closeText, closeValue } from './cell-head.ts';
import type { RowNumber } from './row-number.ts';

/** Smallest number that Excel does not take for 0. */
const LEAST_NUMBER = 2.2250738585072014e-308;
/** Digits that Excel keeps of a number. */
const MAX_DIGITS = 15;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const DECIMAL_BYTES = 80;

const TRUE = 49;

/** What the cells of one column of numbers share. */
export interface ValueContext {
  readonly row: RowNumber;
  /** Letters of the column. */
  readonly letters: string;
  /** `s="4" ` or nothing. */
  readonly style: string;
  /** Raised for every value that is written as text because Excel would change it. */
  readonly asText: WarningCounter;
}

/** Most bytes around a value. */
const FRAME_BYTES = 104;

/** What stands around a value, for the forms a value may take. */
export class CellFrame {
  readonly #row: RowNumber;
  readonly #number: CellHead;
  readonly #text: CellHead;
  readonly #empty: CellHead;
  readonly #asText: WarningCounter;

  constructor({ row, letters, style, asText }: ValueContext, kind: '' | 't="b"' = '') {
    const head = (rest: string): CellHead => new CellHead(row, `<c r="${letters}`, rest);
    const attributes = `" ${style}`.trimEnd();
    this.#row = row;
    this.#asText = asText;
    this.#number = head(`${`" ${style}${kind}`.trimEnd()}><v>`);
    this.#empty = head(`${attributes}/`);
    this.#text = head(`" ${style}t="inlineStr"><is><t>`);
  }

  openNumber(bytes: Buffer, position: number): number {
    return this.#number.write(bytes, position);
  }

  closeNumber(bytes: Buffer, position: number): number {
    return closeValue(this.#row, bytes, position);
  }

  /** Leaves the cell empty, and counts it. */
  writeEmpty(bytes: Buffer, position: number): number {
    this.#asText.count++;
    return this.#empty.write(bytes, position);
  }

  /** Writes a value as the text that it is, and counts it. */
  writeText(bytes: Buffer, position: number, text: string): number {
    this.#asText.count++;
    return closeText(this.#row, bytes, writeAscii(bytes, this.#text.write(bytes, position), text));
  }
}

/** TRUE and FALSE. */
export function boolCell(context: ValueContext): CellWriter {
  const frame = new CellFrame(context, 't="b"');
  const write = (bytes: Buffer, position: number, value: boolean): number => {
    const at = frame.openNumber(bytes, position);
    bytes[at] = value ? TRUE : TRUE - 1;
    return frame.closeNumber(bytes, at + 1);
  };
  return {
    value: (bytes, position, value) => (typeof value === 'boolean' ? write(bytes, position, value) : MISFIT),
    number: (bytes, position, value) => write(bytes, position, value !== 0),
    width: FRAME_BYTES + 1,
  };
}

/** 32-bit integers. */
export function int32Cell(context: ValueContext): CellWriter {
  const frame = new CellFrame(context);
  const write = (bytes: Buffer, position: number, value: number): number =>
    frame.closeNumber(bytes, writeInteger(bytes, frame.openNumber(bytes, position), value));
  return {
    value: (bytes, position, value) =>
      typeof value === 'number' && (value | 0) === value ? write(bytes, position, value) : MISFIT,
    number: write,
    width: FRAME_BYTES + 11,
  };
}

/** 64-bit integers: numbers up to 2⁵³ − 1 and text beyond, where a double has no room for all digits. */
export function int64Cell(context: ValueContext): CellWriter {
  const frame = new CellFrame(context);
  const write = (bytes: Buffer, position: number, value: number): number =>
    frame.closeNumber(bytes, writeInteger(bytes, frame.openNumber(bytes, position), value));
  return {
    value: (bytes, position, value) => {
      if (typeof value === 'number')
        return Number.isSafeInteger(value) ? write(bytes, position, value) : MISFIT;
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return MISFIT;
      if (value < -9007199254740991n || value > 9007199254740991n)
        return frame.writeText(bytes, position, String(value));
      return frame.closeNumber(bytes, writeBigint(bytes, frame.openNumber(bytes, position), value));
    },
    number: write,
    width: FRAME_BYTES + 20,
  };
}

/**
 * Doubles with the fewest digits that read back as the same double. What a sheet cannot hold, NaN, the infinities and numbers too small
 * for Excel, becomes text.
 */
export function float64Cell(context: ValueContext, nonFinite: 'text' | 'empty'): CellWriter {
  const frame = new CellFrame(context);
  const write = (bytes: Buffer, position: number, value: number): number => {
    const size = Math.abs(value);
    if (!(size <= Number.MAX_VALUE))
      return nonFinite === 'text'
        ? frame.writeText(bytes, position, String(value))
        : frame.writeEmpty(bytes, position);
    if (size < LEAST_NUMBER && size > 0) return frame.writeText(bytes, position, String(value));
    return frame.closeNumber(bytes, writeNumber(bytes, frame.openNumber(bytes, position), value));
  };
  return {
    value: (bytes, position, value) => (typeof value === 'number' ? write(bytes, position, value) : MISFIT),
    number: write,
    width: FRAME_BYTES + NUMBER_BYTES,
  };
}

/** Decimals: numbers up to 15 significant digits, text beyond. */
export function decimalCell(context: ValueContext): CellWriter {
  const frame = new CellFrame(context);
  return {
    value: (bytes, position, value) => {
      if (typeof value !== 'string' || value.length > DECIMAL_BYTES || !DECIMAL.test(value)) return MISFIT;
      if (value.length > MAX_DIGITS && significantDigits(value) > MAX_DIGITS)
        return frame.writeText(bytes, position, value);
      return frame.closeNumber(bytes, writeAscii(bytes, frame.openNumber(bytes, position), value));
    },
    width: FRAME_BYTES + DECIMAL_BYTES,
  };
}

/** Digits from the first that is not 0 to the last that is not. */
function significantDigits(decimal: string): number {
  const digits = decimal.replaceAll(/[-.]/g, '');
  return digits.replaceAll(/^0+|0+$/g, '').length;
}
