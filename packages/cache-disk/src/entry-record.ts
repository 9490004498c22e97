import { crc32 } from 'node:zlib';

/** What is known of an entry without its value. */
export interface EntryHead {
  /** Epoch ms; `Infinity` when it never expires. */
  readonly expiresAt: number;
  /** Number of the write that stored it; no two entries share one. */
  readonly sequence: number;
}

/** One entry as it was stored. */
export interface EntryRecord extends EntryHead {
  /** A view on the bytes it was read from. */
  readonly value: Buffer;
}

/** Version of the bytes below. A record of another version is a miss. */
const VERSION = 1;

/** Version, 3 zeros, checksum, expiry (float64), sequence (float64); then the value. */
export const HEAD_BYTES = 24;

/** The bytes of an entry on disk. All numbers are little-endian. */
export function encodeRecord(expiresAt: number, sequence: number, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + value.length);
  bytes.writeUInt32LE(VERSION, 0);
  bytes.writeDoubleLE(expiresAt, 8);
  bytes.writeDoubleLE(sequence, 16);
  bytes.set(value, HEAD_BYTES);
  bytes.writeUInt32LE(checksumOf(bytes, value), 4);
  return bytes;
}

/** The entry in these bytes; undefined when they are damaged, cut short or of another version. */
export function decodeRecord(bytes: Buffer): EntryRecord | undefined {
  const head = decodeHead(bytes);
  if (head === undefined) return undefined;
  const value = bytes.subarray(HEAD_BYTES);
  if (checksumOf(bytes, value) !== bytes.readUInt32LE(4)) return undefined;
  return { expiresAt: head.expiresAt, sequence: head.sequence, value };
}

/** The head of a record, of which only the first `HEAD_BYTES` need be there. Its checksum is not looked at. */
export function decodeHead(bytes: Buffer): EntryHead | undefined {
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE(0) !== VERSION) return undefined;
  const [expiresAt, sequence] = [bytes.readDoubleLE(8), bytes.readDoubleLE(16)];
  return Number.isSafeInteger(sequence) && sequence >= 0 ? { expiresAt, sequence } : undefined;
}

/** CRC-32 of the value, begun with the four words of expiry and sequence: a view on both would cost an allocation a read. */
function checksumOf(bytes: Buffer, value: Uint8Array): number {
  const expiry = Math.imul(bytes.readUInt32LE(8), 3) + Math.imul(bytes.readUInt32LE(12), 5);
  const sequence = Math.imul(bytes.readUInt32LE(16), 7) + Math.imul(bytes.readUInt32LE(20), 9);
  return crc32(value, (expiry + sequence) >>> 0);
}
