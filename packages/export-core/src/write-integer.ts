const NINE_DIGITS = 1e9;
const INT31 = 2 ** 31;

/** Writes ASCII text unit by unit; for short text that is known to be ASCII. Gives the position after it. */
export function writeAscii(bytes: Uint8Array, position: number, text: string): number {
  const { length } = text;
  for (let i = 0; i < length; i++) bytes[position + i] = text.charCodeAt(i);
  return position + length;
}

/** Writes prepared bytes in a short loop, which beats `set` for the few bytes of a key or tag. Gives the position after them. */
export function writeBytes(bytes: Uint8Array, position: number, source: Uint8Array): number {
  const { length } = source;
  for (let i = 0; i < length; i++) bytes[position + i] = source[i] ?? 0;
  return position + length;
}

function digitsOf(value: number): number {
  if (value < 1e5) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1e3 ? 3 : value < 1e4 ? 4 : 5;
  }
  if (value < 1e7) return value < 1e6 ? 6 : 7;
  return value < 1e8 ? 8 : value < NINE_DIGITS ? 9 : 10;
}

/** Writes an integer of 0 to 2³¹ − 1 as decimal digits. Gives the position after it. At most 10 bytes. */
export function writeInt31(bytes: Uint8Array, position: number, value: number): number {
  const end = position + digitsOf(value);
  let at = end;
  let rest = value | 0;
  do {
    const tenth = (rest / 10) | 0;
    bytes[--at] = 48 + rest - tenth * 10;
    rest = tenth;
  } while (rest > 0);
  return end;
}

const tens = Uint8Array.from({ length: 100 }, (_, pair) => 48 + Math.floor(pair / 10));
const ones = Uint8Array.from({ length: 100 }, (_, pair) => 48 + (pair % 10));

/** Writes exactly `width` digits of an integer below 2³¹, two at a time, with leading zeros. Gives the position after them. */
export function writePadded(bytes: Uint8Array, position: number, value: number, width: number): number {
  let rest = value | 0;
  let at = position + width;
  while (at - position > 1) {
    const hundredth = (rest / 100) | 0;
    const pair = rest - hundredth * 100;
    bytes[--at] = ones[pair] ?? 48;
    bytes[--at] = tens[pair] ?? 48;
    rest = hundredth;
  }
  if (at > position) bytes[position] = 48 + rest;
  return position + width;
}

/** Writes a safe integer, as `String(value)` would. Gives the position after it. At most 17 bytes. */
export function writeInteger(bytes: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  if (rest < 0) {
    bytes[at++] = 45;
    rest = -rest;
  }
  if (rest < INT31) return writeInt31(bytes, at, rest);
  const high = Math.floor(rest / NINE_DIGITS);
  at = writeInt31(bytes, at, high);
  return writePadded(bytes, at, rest - high * NINE_DIGITS, 9);
}

/** Writes a bigint exactly, of any size. Gives the position after it; 64-bit integers take at most 20 bytes. */
export function writeBigint(bytes: Uint8Array, position: number, value: bigint): number {
  if (value >= -9007199254740991n && value <= 9007199254740991n)
    return writeInteger(bytes, position, Number(value));
  return writeAscii(bytes, position, String(value));
}
