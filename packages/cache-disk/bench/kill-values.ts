import { createHash } from 'node:crypto';

/** The keys that the child of this prefix writes. */
export function keysOf(prefix: string): string[] {
  return Array.from({ length: 200 }, (_, i) => `${prefix}${i}`);
}

/** The bytes that a key has in a version: the version, then what only this key and version give; 40 B to 3 KB, some 40 KB. */
export function valueOf(key: string, version: number): Buffer {
  const digest = createHash('sha256').update(`${key} ${version}`).digest();
  const length = (version % 50 === 0 ? 40_000 : 40) + (digest.readUInt16LE(0) % 3_000);
  const bytes = Buffer.alloc(length, digest);
  bytes.writeDoubleLE(version, 0);
  return bytes;
}

/** The version in these bytes; undefined when they are not those of this key in any version. */
export function versionIn(key: string, bytes: Uint8Array): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = buffer.length < 8 ? Number.NaN : buffer.readDoubleLE(0);
  return buffer.equals(valueOf(key, version)) ? version : undefined;
}
