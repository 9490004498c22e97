/** Sequences of 4 bytes are looked up among the last ones with the same hash of that many bits. */
const HASH_BITS = 14;
/** 2^32 divided by the golden ratio, which spreads words well. */
const HASH_FACTOR = 0x9e3779b1;
/** How far back a match may lie. */
const MOST_DISTANCE = 65_535;
const LEAST_MATCH = 4;
/** No match begins less than so many bytes before the end of a block… */
const NO_MATCH_AT_END = 12;
/** …and none reaches into the last bytes. */
const LITERALS_AT_END = 5;
/** After 2^6 misses in a row every second place is tried, after as many more every third, and so on: such data does not compress. */
const SKIP_BITS = 6;
/** A length of this or more goes on in bytes after the token. */
const LONG = 15;

/** What a compressor of blocks looks matches up in; used again for every block. */
export function lz4Table(): Int32Array {
  return new Int32Array(1 << HASH_BITS);
}

/** Most bytes that a block of `length` bytes can take, and those that copying by words may touch behind it. */
export function lz4BlockBound(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

/**
 * Compresses the bytes `from` to `end` of `source` into `target` at `at`, where `lz4BlockBound` bytes must be free, and gives the place
 * behind them. Greedy, with one candidate per hash and longer and longer steps through what does not compress, as LZ4's own fast
 * compressor. Written after the "LZ4 Block Format Description" of lz4.org.
 */
export function writeLz4Block(
  source: DataView,
  from: number,
  end: number,
  target: DataView,
  at: number,
  table: Int32Array,
): number {
  const lastStart = end - NO_MATCH_AT_END;
  table.fill(-1 - MOST_DISTANCE);
  let written = at;
  let anchor = from;
  let place = from;
  let misses = 1 << SKIP_BITS;
  while (place <= lastStart) {
    const word = source.getInt32(place, true);
    const slot = hashOf(word);
    let match = table[slot] ?? 0;
    table[slot] = place;
    if (place - match > MOST_DISTANCE || source.getInt32(match, true) !== word) {
      place += misses++ >> SKIP_BITS;
      continue;
    }
    while (place > anchor && match > from && source.getUint8(place - 1) === source.getUint8(match - 1)) {
      place--;
      match--;
    }
    const matchEnd = endOfMatch(source, match + LEAST_MATCH, place + LEAST_MATCH, end - LITERALS_AT_END);
    written = writeSequence(source, anchor, place, matchEnd, place - match, target, written);
    place = matchEnd;
    anchor = matchEnd;
    misses = 1 << SKIP_BITS;
  }
  return writeLiterals(source, anchor, end, target, written, 0);
}

function hashOf(word: number): number {
  return Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
}

/** Where the bytes at `place` stop being those at `match`, at most `limit`. */
function endOfMatch(source: DataView, match: number, place: number, limit: number): number {
  const distance = place - match;
  let end = place;
  for (; end + 4 <= limit; end += 4) {
    const differing = source.getInt32(end, true) ^ source.getInt32(end - distance, true);
    if (differing !== 0) return end + ((31 - Math.clz32(differing & -differing)) >> 3);
  }
  while (end < limit && source.getUint8(end) === source.getUint8(end - distance)) end++;
  return end;
}

/** The literals from `anchor` to `place`, and the match after them, which lies `distance` back. */
function writeSequence(
  source: DataView,
  anchor: number,
  place: number,
  matchEnd: number,
  distance: number,
  target: DataView,
  at: number,
): number {
  const literals = place - anchor;
  const rest = matchEnd - place - LEAST_MATCH;
  if (literals >= LONG || rest >= LONG) {
    const end = writeLiterals(source, anchor, place, target, at, rest);
    target.setUint16(end, distance, true);
    return writeRest(target, end + 2, rest);
  }
  // Most sequences are this short. Literals go by words, whose last may take bytes that the next write replaces.
  target.setUint8(at, (literals << 4) | rest);
  const start = at + 1;
  for (let i = 0; i < literals; i += 4) target.setInt32(start + i, source.getInt32(anchor + i, true), true);
  target.setUint16(start + literals, distance, true);
  return start + literals + 2;
}

/** A token, with what the match after it needs of it for `matchRest` bytes more than the least, and the literals. */
function writeLiterals(
  source: DataView,
  from: number,
  end: number,
  target: DataView,
  at: number,
  matchRest: number,
): number {
  const length = end - from;
  target.setUint8(at, (Math.min(length, LONG) << 4) | Math.min(matchRest, LONG));
  const start = writeRest(target, at + 1, length);
  let i = 0;
  for (; i + 4 <= length; i += 4) target.setInt32(start + i, source.getInt32(from + i, true), true);
  for (; i < length; i++) target.setUint8(start + i, source.getUint8(from + i));
  return start + length;
}

/** What a token had no room for of a length. */
function writeRest(target: DataView, at: number, length: number): number {
  if (length < LONG) return at;
  let end = at;
  let rest = length - LONG;
  for (; rest >= 255; rest -= 255) target.setUint8(end++, 255);
  target.setUint8(end++, rest);
  return end;
}
