import { writeShortest } from './shortest-decimal.ts';
import { writeAscii, writeInt31, writeInteger } from './write-integer.ts';

/** Most bytes of a double as text: `-1.2345678901234567e-308`. */
export const NUMBER_BYTES = 32;

/**
 * Writes a double as `String(value)` would, `NaN` and `Infinity` included. Gives the position after it.
 * Integers and numbers of at most two decimals are written digit by digit: a decimal of at most 15 digits that reads back as
 * the same double is that double's shortest form, so the bytes are the same.
 */
export function writeNumber(bytes: Uint8Array, position: number, value: number): number {
  if (value === (value | 0)) return writeInteger(bytes, position, value);
  if (value > 0 && value < 21e6) {
    const hundredths = Math.round(value * 100);
    if (hundredths / 100 === value) return writeHundredths(bytes, position, hundredths);
  } else if (Number.isSafeInteger(value)) {
    return writeInteger(bytes, position, value);
  }
  const end = writeShortest(bytes, position, value);
  return end < 0 ? writeAscii(bytes, position, String(value)) : end;
}

/** Writes `hundredths / 100`, which is no integer, without trailing zeros. */
function writeHundredths(bytes: Uint8Array, position: number, hundredths: number): number {
  const whole = (hundredths / 100) | 0;
  const rest = hundredths - whole * 100;
  const tenth = (rest / 10) | 0;
  const last = rest - tenth * 10;
  const at = writeInt31(bytes, position, whole);
  bytes[at] = 46;
  bytes[at + 1] = 48 + tenth;
  if (last === 0) return at + 2;
  bytes[at + 2] = 48 + last;
  return at + 3;
}
