import type { StoreEntry } from '@perf/contracts';

const MAGIC = 0xf501;
const HEADER_BYTES = 8;
const NEVER = 2 ** 48 - 1;

/**
 * The bytes of an entry as Redis keeps them: a mark of this format and its version (2 bytes), the expiry in epoch ms (6 bytes,
 * all ones: never), then the value. So a read needs no second command for the expiry, and foreign bytes are told apart.
 */
export function frame({ value, expiresAt }: StoreEntry<Uint8Array>): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + value.byteLength);
  framed.writeUInt16BE(MAGIC, 0);
  framed.writeUIntBE(expiryOf(expiresAt) ?? NEVER, 2, 6);
  framed.set(value, HEADER_BYTES);
  return framed;
}

/** The entry in `framed`, its value a view on it; undefined when the bytes are not this format's. */
export function unframe(key: string, framed: Buffer): StoreEntry<Uint8Array> | undefined {
  if (framed.length < HEADER_BYTES || framed.readUInt16BE(0) !== MAGIC) return undefined;
  const expiresAt = framed.readUIntBE(2, 6);
  return {
    key,
    value: framed.subarray(HEADER_BYTES),
    expiresAt: expiresAt === NEVER ? Infinity : expiresAt,
  };
}

/** When Redis drops an entry: whole epoch ms; undefined: never, as for any time past the year 10,000. */
export function expiryOf(expiresAt: number): number | undefined {
  return expiresAt < NEVER ? Math.floor(expiresAt) : undefined;
}
