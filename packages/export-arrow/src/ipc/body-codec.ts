import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CompressionType, compressionRegistry } from 'apache-arrow';

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Lets apache-arrow compress bodies by zstd, where the process has not told it how. */
export function registerZstd(): void {
  const known = compressionRegistry.get(CompressionType.ZSTD);
  if (known !== null && 'encode' in known) return;
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (data) => zstdDecompressSync(data),
    ...known,
    encode: (data) => zstdCompressSync(data, LEVEL),
  });
}
