import type { KeyObject } from 'node:crypto';
import { PerfError } from '@perf/contracts';
import type { Envelope, SeenCounter } from '../tiers/envelope.ts';
import { compress, decompress, decrypt, encrypt } from './payload.ts';
import type { Serializer } from './serializer.ts';

/** Version of the layout below. Bytes of another one count as missing. */
const VERSION = 1;
/** Flags beside the serializer's id. */
const COMPRESSED = 8;
const ENCRYPTED = 16;
const HAS_ETAG = 32;
const SERIALIZER = 7;
/** Version, flags, five numbers, count of counters. */
const FIXED = 2 + 5 * 8 + 2;
/** Most counters of one entry. */
const MOST_COUNTERS = 65_535;

/** How entries are written. */
export interface EntryCodecOptions {
  readonly serializer: Serializer;
  /** Payloads of more bytes are compressed. */
  readonly compressAboveBytes: number;
  /** Bigger ones are neither written nor read. */
  readonly maxEntryBytes: number;
  readonly encryptionKey: KeyObject | undefined;
}

/**
 * An entry as bytes: version, flags, createdAt, freshUntil, expiresAt, storedAt and loadMs as doubles, the counters (the
 * namespace's number, then length, name and number of each tag), the etag, and the payload. Integers are little-endian.
 */
export class EntryCodec {
  readonly #options: EntryCodecOptions;

  constructor(options: EntryCodecOptions) {
    this.#options = options;
  }

  /** Throws what the serializer throws, and `ERR_PERF_LIMIT_EXCEEDED` above `maxEntryBytes`. */
  encode(entry: Envelope): Uint8Array {
    const { serializer, compressAboveBytes, maxEntryBytes, encryptionKey } = this.#options;
    const plain = serializer.encode(entry.value);
    if (plain.byteLength > maxEntryBytes)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `a value of ${plain.byteLength} bytes is above maxEntryBytes (${maxEntryBytes})`,
      );
    const compressed = plain.byteLength > compressAboveBytes ? compress(plain) : undefined;
    const isEncrypted = entry.isPrivate && encryptionKey !== undefined;
    const head = writeHead(
      entry,
      serializer.id | (compressed === undefined ? 0 : COMPRESSED) | (isEncrypted ? ENCRYPTED : 0),
    );
    const payload = compressed ?? plain;
    return Buffer.concat([head, isEncrypted ? encrypt(payload, head, encryptionKey) : payload]);
  }

  /** The entry, or undefined for bytes of another version or serializer, broken, too big, or encrypted with another key. */
  decode(bytes: Uint8Array): Envelope | undefined {
    if (bytes.byteLength < FIXED + 8 || bytes[0] !== VERSION) return undefined;
    try {
      const own = Buffer.isBuffer(bytes)
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return this.#read(own);
    } catch {
      // Whatever is wrong with bytes that anybody may have written, the entry counts as missing; the caller counts it.
      return undefined;
    }
  }

  #read(bytes: Buffer): Envelope | undefined {
    const { serializer, maxEntryBytes, encryptionKey } = this.#options;
    const flags = bytes.readUInt8(1);
    if ((flags & SERIALIZER) !== serializer.id) return undefined;
    const { counters, etag, end } = readNames(bytes, (flags & HAS_ETAG) !== 0);
    const isPrivate = (flags & ENCRYPTED) !== 0;
    let payload: Uint8Array = bytes.subarray(end);
    if (isPrivate) {
      if (encryptionKey === undefined) return undefined;
      payload = decrypt(payload, bytes.subarray(0, end), encryptionKey);
    }
    if ((flags & COMPRESSED) !== 0) payload = decompress(payload, maxEntryBytes);
    if (payload.byteLength > maxEntryBytes) return undefined;
    const entry = {
      value: serializer.decode(payload),
      createdAt: bytes.readDoubleLE(2),
      freshUntil: bytes.readDoubleLE(10),
      expiresAt: bytes.readDoubleLE(18),
      storedAt: bytes.readDoubleLE(26),
      loadMs: bytes.readDoubleLE(34),
      etag,
      counters,
      isPrivate,
    };
    return isSound(entry) ? entry : undefined;
  }
}

function writeHead(entry: Envelope, flags: number): Buffer {
  const [root, ...tags] = entry.counters;
  if (tags.length > MOST_COUNTERS)
    throw new PerfError('ERR_PERF_LIMIT_EXCEEDED', `an entry has at most ${MOST_COUNTERS} tags`);
  const names = tags.map(({ tag = '' }) => Buffer.from(tag));
  const etag = entry.etag === undefined ? undefined : Buffer.from(entry.etag);
  const size = names.reduce((sum, name) => sum + 10 + name.length, FIXED + 8);
  const head = Buffer.allocUnsafe(size + (etag === undefined ? 0 : 2 + etag.length));
  head[0] = VERSION;
  head[1] = flags | (etag === undefined ? 0 : HAS_ETAG);
  head.writeDoubleLE(entry.createdAt, 2);
  head.writeDoubleLE(entry.freshUntil, 10);
  head.writeDoubleLE(entry.expiresAt, 18);
  head.writeDoubleLE(entry.storedAt, 26);
  head.writeDoubleLE(entry.loadMs, 34);
  head.writeUInt16LE(tags.length, 42);
  let at = head.writeDoubleLE(root?.number ?? 0, FIXED);
  for (const [i, name] of names.entries()) {
    at = head.writeUInt16LE(name.length, at);
    at += name.copy(head, at);
    at = head.writeDoubleLE(tags[i]?.number ?? 0, at);
  }
  if (etag !== undefined) etag.copy(head, head.writeUInt16LE(etag.length, at));
  return head;
}

/** The counters and the etag, and where the payload begins. */
function readNames(
  bytes: Buffer,
  hasEtag: boolean,
): { counters: readonly SeenCounter[]; etag: string | undefined; end: number } {
  const counters: SeenCounter[] = [{ tag: undefined, number: bytes.readDoubleLE(FIXED) }];
  let at = FIXED + 8;
  for (let left = bytes.readUInt16LE(42); left > 0; left--) {
    const end = at + 2 + bytes.readUInt16LE(at);
    counters.push({ tag: bytes.toString('utf8', at + 2, end), number: bytes.readDoubleLE(end) });
    at = end + 8;
  }
  if (!hasEtag) return { counters, etag: undefined, end: at };
  const end = at + 2 + bytes.readUInt16LE(at);
  if (end > bytes.length) throw new RangeError('the etag ends behind the entry');
  return { counters, etag: bytes.toString('utf8', at + 2, end), end };
}

/** Whether the instants make sense; `NaN` and an end before the beginning do not. */
function isSound({ createdAt, freshUntil, expiresAt, storedAt, loadMs }: Envelope): boolean {
  return createdAt <= freshUntil && freshUntil <= expiresAt && storedAt >= 0 && loadMs >= 0;
}
