import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PerfError } from '@perf/contracts';

const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Bytes of the nonce and of the tag of AES-GCM. */
const NONCE = 12;
const TAG = 16;

/** `bytes` by zstd level 1, or undefined when that saves nothing. */
export function compress(bytes: Uint8Array): Uint8Array | undefined {
  const compressed = zstdCompressSync(bytes, ZSTD);
  return compressed.byteLength < bytes.byteLength ? compressed : undefined;
}

/** The bytes that were compressed. Stops with an error at `maxBytes` of them. */
export function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  return zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
}

/** A key of 32 bytes for AES-256-GCM. */
export function encryptionKey(bytes: Uint8Array): KeyObject {
  if (bytes.byteLength !== 32)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `encryptionKey must have 32 bytes, got ${bytes.byteLength}`,
    );
  return createSecretKey(bytes);
}

/** Nonce, tag and cipher text. `head` stays readable and cannot be changed without notice. */
export function encrypt(bytes: Uint8Array, head: Uint8Array, key: KeyObject): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(head);
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The bytes that were encrypted; throws when they, or `head`, are not as they were. */
export function decrypt(bytes: Uint8Array, head: Uint8Array, key: KeyObject): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(head).setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
}
