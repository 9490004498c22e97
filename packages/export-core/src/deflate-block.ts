import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

const deflateRawAsync = promisify(deflateRaw);

/** Enough for a block at any level: a larger chunk size would be allocated for nothing. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Compresses bytes in the thread pool, with an empty window in front of them. Blocks that end on a byte border, as all but the last do, may
 * stand one behind the other as one deflate stream (RFC 1951; the border is zlib's sync flush).
 */
export async function deflateBlock(
  bytes: Uint8Array,
  { level, isLast }: { readonly level: number; readonly isLast: boolean },
): Promise<Uint8Array> {
  return deflateRawAsync(bytes, {
    level,
    memLevel: 9,
    chunkSize: CHUNK_BYTES,
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
}
