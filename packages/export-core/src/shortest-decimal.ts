import { writePadded } from './write-integer.ts';

/** Smallest and largest numbers that `writeShortest` takes. */
const LEAST = 1e-6;
const MOST = 9e15;

/** Splits a double into halves whose products are exact (Dekker, "A floating-point technique for extending precision", 1971). */
const SPLITTER = 2 ** 27 + 1;
/** Error of `low` below and then some: what lies closer to a border than this is left to `String`. */
const DOUBT = 1e-6;
const FIRST_EXPONENT = 1023 - 20;

const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Half the distance to the next double, by biased exponent from `FIRST_EXPONENT` on. */
const halfUlps = Float64Array.from({ length: 75 }, (_, i) => 2 ** (FIRST_EXPONENT + i - 1023 - 53));
const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);

/**
 * Writes a number that is no integer with the fewest digits that read back as it, as `String(value)` would, at about
 * twice the speed. Gives the position after it, or -1 for the few numbers that it leaves to `String`.
 *
 * The number is scaled to 17 digits before the point, as an exact sum of two doubles. Every decimal closer to it than half
 * the distance to the next double reads back as the same double, so the last digits are dropped as long as one is that close.
 */
export function writeShortest(bytes: Uint8Array, position: number, signed: number): number {
  const value = Math.abs(signed);
  if (!(value >= LEAST && value < MOST)) return -1;
  const scale = scaleOf(value);
  const power = powers[scale] ?? 1;
  const product = value * power;
  let high = Math.floor(product / 1e8);
  let low = product - high * 1e8 + productError(value, power, product);
  if (low < 0) {
    high -= 1;
    low += 1e8;
  }
  let digits = roundedLow(low, halfUlp(value) * power);
  if (digits < 0) return -1;
  if (digits === 1e8) {
    digits = 0;
    high += 1;
    if (high === 1e9) return -1;
  }
  if (signed >= 0) return writeDigits(bytes, position, high, digits, scale);
  bytes[position] = 45;
  return writeDigits(bytes, position + 1, high, digits, scale);
}

/** Power of ten that makes 17 digits of the number: from 1 to 22, all exact doubles. */
function scaleOf(value: number): number {
  if (value < 1) {
    if (value >= 0.01) return value >= 0.1 ? 17 : 18;
    return value >= 1e-3 ? 19 : value >= 1e-4 ? 20 : value >= 1e-5 ? 21 : 22;
  }
  let scale = 16;
  while (scale > 1 && value >= (powers[17 - scale] ?? 0)) scale--;
  return scale;
}

/** What rounding took away from `product`, exactly. */
function productError(a: number, b: number, product: number): number {
  const splitA = a * SPLITTER;
  const highA = splitA - (splitA - a);
  const lowA = a - highA;
  const splitB = b * SPLITTER;
  const highB = splitB - (splitB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

/** Half the distance to the next double; 0 for powers of two, whose neighbour below is closer. */
function halfUlp(value: number): number {
  scratch[0] = value;
  const top = words[1] ?? 0;
  if ((top & 0xfffff) === 0 && words[0] === 0) return 0;
  return halfUlps[(top >>> 20) - FIRST_EXPONENT] ?? 0;
}

/** `low` with as many of its last digits dropped as may be, nearest first; -1 when it is too close to call. */
function roundedLow(low: number, reach: number): number {
  if (reach === 0) return -1;
  const hundreds = Math.round(low / 100) * 100;
  const toHundreds = Math.abs(low - hundreds);
  if (toHundreds < reach - DOUBT) return hundreds;
  const tens = Math.round(low / 10) * 10;
  const toTens = Math.abs(low - tens);
  if (toHundreds < reach + DOUBT || Math.abs(toTens - 5) < DOUBT) return -1;
  if (toTens < reach - DOUBT) return tens;
  const ones = Math.round(low);
  if (toTens < reach + DOUBT || Math.abs(low - ones) > 0.5 - DOUBT) return -1;
  return ones;
}

/** Writes the 17 digits of `high` and `low` with a point `scale` digits before their end, without trailing zeros. */
function writeDigits(bytes: Uint8Array, position: number, high: number, low: number, scale: number): number {
  const whole = 17 - scale;
  let at = position;
  if (whole <= 0) {
    bytes[at++] = 48;
    bytes[at++] = 46;
    for (let zeros = whole; zeros < 0; zeros++) bytes[at++] = 48;
    at = writePadded(bytes, writePadded(bytes, at, high, 9), low, 8);
  } else {
    const end = writePadded(bytes, writePadded(bytes, at + 1, high, 9), low, 8);
    for (const point = at + whole; at < point; at++) bytes[at] = bytes[at + 1] ?? 0;
    bytes[at] = 46;
    at = end;
  }
  while (bytes[at - 1] === 48) at--;
  return at;
}
