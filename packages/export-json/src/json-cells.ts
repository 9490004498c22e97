import type { CellWriter, Room } from '@perf/export-core';
import { MISFIT, NO_ROOM } from '@perf/export-core';

/** Up to here one loop over the units beats a test and a native write; see bench/json.bench.ts. */
const SHORT_UNITS = 40;
/** Units per piece of a value too large for a block. */
const PIECE_UNITS = 64 * 1024;

const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_U = 117;
/** What a long text must not hold to be written as it is. In three sets, because each so small is searched many units at a time. */
const MARKS = /["\\]/;
// oxlint-disable-next-line no-control-regex -- JSON must escape these
const LOW_CONTROLS = /[\u0000-\u000f]/;
// oxlint-disable-next-line no-control-regex -- JSON must escape these
const HIGH_CONTROLS = /[\u0010-\u001f]/;
const HEX = Buffer.from('0123456789abcdef');

/** By ASCII unit: 0 as it is, a letter for a short escape, `u` for a long one. */
const escapes = new Uint8Array(128);
escapes.fill(LETTER_U, 0, 32);
for (const [unit, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
] as const)
  escapes[unit] = letter.charCodeAt(0);

/** Writes strings byte for byte as `JSON.stringify` does; lone surrogates become `\udXXX`, so that nothing is lost. */
export function stringCell(room: Room): CellWriter {
  return {
    value: (bytes, position, value) => {
      if (typeof value !== 'string') return MISFIT;
      const { length } = value;
      if (position + length * 6 + 2 > room.limit) return NO_ROOM;
      if (length > SHORT_UNITS) return writeLong(bytes, position, value);
      return writeShort(bytes, position, value);
    },
    utf8: (bytes, position, source, from, to) => {
      if (position + (to - from) * 6 + 2 > room.limit) return NO_ROOM;
      return writeUtf8(bytes, position, source, from, to);
    },
    width: 0,
    pieces: stringPieces,
  };
}

/** Writes values by their JSON text. @param toJson gives undefined for a value that does not fit */
export function jsonTextCell(room: Room, toJson: (value: unknown) => string | undefined): CellWriter {
  return {
    value: (bytes, position, value) => {
      const text = toJson(value);
      if (text === undefined) return MISFIT;
      if (position + text.length * 3 > room.limit) return NO_ROOM;
      return position + bytes.write(text, position, 'utf8');
    },
    width: 0,
    isSlow: true,
    pieces: (value) => textPieces(toJson(value) ?? 'null'),
  };
}

/** Writes values by the text of a string that needs no escapes. */
export function plainStringCell(room: Room, toText: (value: unknown) => string | undefined): CellWriter {
  return jsonTextCell(room, (value) => {
    const text = toText(value);
    return text === undefined ? undefined : `"${text}"`;
  });
}

function writeShort(bytes: Buffer, position: number, text: string): number {
  const { length } = text;
  let at = position;
  bytes[at++] = QUOTE;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (escapes[unit] === 0) bytes[at++] = unit;
      else at = writeEscape(bytes, at, unit);
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      return writeMarked(bytes, position, text);
    }
  }
  bytes[at] = QUOTE;
  return at + 1;
}

function writeLong(bytes: Buffer, position: number, text: string): number {
  if (MARKS.test(text) || LOW_CONTROLS.test(text) || HIGH_CONTROLS.test(text) || !text.isWellFormed())
    return writeMarked(bytes, position, text);
  bytes[position] = QUOTE;
  const end = position + 1 + bytes.write(text, position + 1, 'utf8');
  bytes[end] = QUOTE;
  return end + 1;
}

/** Text with escapes or surrogates: the engine's own way is the fastest then. */
function writeMarked(bytes: Buffer, position: number, text: string): number {
  return position + bytes.write(JSON.stringify(text), position, 'utf8');
}

function writeUtf8(bytes: Buffer, position: number, source: Uint8Array, from: number, to: number): number {
  let at = position;
  bytes[at++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = source[i] ?? 0;
    if (byte >= 128 || escapes[byte] === 0) bytes[at++] = byte;
    else at = writeEscape(bytes, at, byte);
  }
  bytes[at] = QUOTE;
  return at + 1;
}

function writeEscape(bytes: Buffer, position: number, unit: number): number {
  const letter = escapes[unit] ?? LETTER_U;
  bytes[position] = BACKSLASH;
  bytes[position + 1] = letter;
  if (letter !== LETTER_U) return position + 2;
  bytes[position + 2] = 48;
  bytes[position + 3] = 48;
  bytes[position + 4] = HEX[unit >> 4] ?? 48;
  bytes[position + 5] = HEX[unit & 15] ?? 48;
  return position + 6;
}

function* stringPieces(value: unknown): Generator<Buffer> {
  const text = String(value);
  const quote = Buffer.from('"');
  yield quote;
  for (const piece of slices(text)) yield Buffer.from(JSON.stringify(piece).slice(1, -1));
  yield quote;
}

function* textPieces(text: string): Generator<Buffer> {
  for (const piece of slices(text)) yield Buffer.from(piece);
}

/** Slices of text that split no surrogate pair. */
function* slices(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE_UNITS);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to--;
    yield text.slice(from, to);
    from = to;
  }
}
