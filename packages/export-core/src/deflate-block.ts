import { constants, createDeflateRaw } from 'node:zlib';

/** Enough for a block of text or XML in one piece; pages of it that are not used cost nothing. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Compresses bytes in the thread pool, with an empty window in front of them. Blocks that end on a byte border, as all but the last do, may
 * stand one behind the other as one deflate stream (RFC 1951; the border is zlib's sync flush).
 *
 * A stream instead of `deflateRaw`, which would copy the output of a block and leave memory to the collector that `SpentBuffers` gives back.
 */
export async function deflateBlock(
  bytes: Uint8Array,
  { level, isLast }: { readonly level: number; readonly isLast: boolean },
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const stream = createDeflateRaw({
    level,
    memLevel: 9,
    chunkSize: CHUNK_BYTES,
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.on('error', reject);
  stream.on('end', () => {
    stream.close();
    resolve(joined(pieces));
  });
  stream.end(bytes);
  return promise;
}

/** The pieces as one; those that lie side by side in memory are not copied. */
function joined(pieces: readonly Buffer[]): Uint8Array {
  const [first] = pieces;
  if (first === undefined) return new Uint8Array(0);
  let end = first.byteOffset;
  for (const { buffer, byteOffset, byteLength } of pieces) {
    if (buffer !== first.buffer || byteOffset !== end) return Buffer.concat(pieces);
    end += byteLength;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
