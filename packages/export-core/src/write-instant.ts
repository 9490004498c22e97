import { writeAscii, writePadded } from './write-integer.ts';

const DAY_MS = 86_400_000;
const FIRST_FAST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_FAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const LAST_MS = 8.64e15;

/** Most bytes of an instant: `+275760-09-13T00:00:00.000000000Z`. */
export const INSTANT_BYTES = 36;

/**
 * Writes a day counted from 1970-01-01 as `YYYY-MM-DD`, by arithmetic on the Gregorian calendar; years 0 to 9999 only.
 * Gives the position after it.
 */
export function writeDay(bytes: Uint8Array, position: number, days: number): number {
  // Counted from 0000-03-01, so that the leap day ends a year; an era is 400 years.
  const shifted = (days + 719_468) | 0;
  const era = ((shifted >= 0 ? shifted : shifted - 146_096) / 146_097) | 0;
  const dayOfEra = (shifted - era * 146_097) | 0;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = (dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0))) | 0;
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const century = (year / 100) | 0;
  writeTwo(bytes, position, century);
  writeTwo(bytes, position + 2, year - century * 100);
  bytes[position + 4] = 45;
  writeTwo(bytes, position + 5, month);
  bytes[position + 7] = 45;
  writeTwo(bytes, position + 8, day);
  return position + 10;
}

/**
 * Writes epoch ms as `Date.prototype.toISOString` would, years outside 0 to 9999 included.
 * Gives the position after it, or -1 when the number is no instant (NaN, a fraction, beyond the range of `Date`).
 */
export function writeInstant(bytes: Uint8Array, position: number, ms: number): number {
  if (!(ms >= FIRST_FAST_MS && ms <= LAST_FAST_MS)) {
    if (!(Math.abs(ms) <= LAST_MS)) return -1;
    return writeAscii(bytes, position, new Date(ms).toISOString());
  }
  const days = Math.floor(ms / DAY_MS);
  const msOfDay = (ms - days * DAY_MS) | 0;
  if (msOfDay + days * DAY_MS !== ms) return -1;
  writeDay(bytes, position, days);
  bytes[position + 10] = 84;
  const second = (msOfDay / 1000) | 0;
  const minute = (second / 60) | 0;
  const hour = (minute / 60) | 0;
  writeTwo(bytes, position + 11, hour);
  bytes[position + 13] = 58;
  writeTwo(bytes, position + 14, minute - hour * 60);
  bytes[position + 16] = 58;
  writeTwo(bytes, position + 17, second - minute * 60);
  bytes[position + 19] = 46;
  const fraction = msOfDay - second * 1000;
  const hundreds = (fraction / 100) | 0;
  bytes[position + 20] = 48 + hundreds;
  writeTwo(bytes, position + 21, fraction - hundreds * 100);
  bytes[position + 23] = 90;
  return position + 24;
}

/**
 * Writes an instant counted in µs or ns since the epoch, with its six or nine fraction digits exact.
 * Gives the position after it, or -1 when it lies beyond the range of `Date`.
 */
export function writeFineInstant(
  bytes: Uint8Array,
  position: number,
  value: bigint,
  unit: 'us' | 'ns',
): number {
  const perMs = unit === 'us' ? 1000n : 1_000_000n;
  let rest = value % perMs;
  if (rest < 0n) rest += perMs;
  const at = writeInstant(bytes, position, Number((value - rest) / perMs));
  if (at < 0) return at;
  const end = writePadded(bytes, at - 1, Number(rest), unit === 'us' ? 3 : 6);
  bytes[end] = 90;
  return end + 1;
}

function writeTwo(bytes: Uint8Array, position: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[position] = 48 + tens;
  bytes[position + 1] = 48 + value - tens * 10;
}
