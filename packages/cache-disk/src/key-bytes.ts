import { PerfError } from '@perf/contracts';

/** First byte of a stored key: how its characters are written. */
const NARROW = 1;
const WIDE = 2;

/** Most bytes of a key, so that it fits in a page of lmdb beside its neighbours. */
const MOST_BYTES = 1_900;

/** Room in which a key is written, and views on its beginnings by their length: a read allocates nothing for its key. */
const room = Buffer.allocUnsafeSlow(MOST_BYTES + 1);
const views: (Buffer | undefined)[] = [];

/**
 * The bytes a key is stored under: one a character up to U+00FF, else two (UTF-16), so that every JavaScript string has its own,
 * lone surrogates included. Above 1,900 bytes: `ERR_PERF_UNSUPPORTED`.
 */
export function keyBytes(key: string): Buffer {
  return Buffer.from(keyView(key));
}

/** The same in memory that the next call of either overwrites. */
export function keyView(key: string): Buffer {
  const { length } = key;
  if (length > MOST_BYTES) throw tooLong(key);
  for (let i = 0; i < length; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 0xff) return wideBytes(key);
    room[i + 1] = unit;
  }
  room[0] = NARROW;
  return (views[length] ??= room.subarray(0, length + 1));
}

/** The beginnings of the bytes of all keys that begin with `prefix`. */
export function prefixBytes(prefix: string): readonly Buffer[] {
  const wide = tagged(WIDE, Buffer.from(prefix, 'utf16le'));
  for (let i = 0; i < prefix.length; i++) if (prefix.charCodeAt(i) > 0xff) return [wide];
  return [wide, tagged(NARROW, Buffer.from(prefix, 'latin1'))];
}

function wideBytes(key: string): Buffer {
  if (key.length * 2 > MOST_BYTES) throw tooLong(key);
  return tagged(WIDE, Buffer.from(key, 'utf16le'));
}

function tagged(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), bytes]);
}

function tooLong(key: string): PerfError {
  return new PerfError(
    'ERR_PERF_UNSUPPORTED',
    `a key of ${key.length} characters is too long for a disk store: hash it, ${MOST_BYTES} bytes fit (950 characters beyond Latin-1)`,
  );
}
