import type { Deflate } from 'node:zlib';
import { constants, createDeflate } from 'node:zlib';

/** Output memory of one compressor; several pages fit. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Deflates pieces side by side in the thread pool, each a stream of its own, with compressors that are used again and again: a document has
 * thousands of pages, and memory taken and given back for each of them would leave the process's memory in pieces.
 */
export class Deflater {
  readonly #level: number;
  readonly #idle: Deflate[] = [];

  /** @param level 1 (fast) to 9 (small) */
  constructor(level: number) {
    this.#level = level;
  }

  /** The bytes as a zlib stream (RFC 1950). They must stay as they are until it is there. */
  async deflate(bytes: Uint8Array): Promise<Uint8Array> {
    const compressor = this.#idle.pop() ?? createDeflate({ level: this.#level, chunkSize: CHUNK_BYTES });
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const chunks: Buffer[] = [];
    const gather = (chunk: Buffer): void => {
      chunks.push(chunk);
    };
    compressor.on('data', gather);
    compressor.once('error', reject);
    compressor.write(bytes);
    compressor.flush(constants.Z_FINISH, () => {
      compressor.off('data', gather);
      compressor.off('error', reject);
      compressor.reset();
      this.#idle.push(compressor);
      const [only = NOTHING] = chunks;
      resolve(chunks.length > 1 ? Buffer.concat(chunks) : only);
    });
    return promise;
  }

  /** Gives the compressors' memory back. */
  close(): void {
    for (const compressor of this.#idle.splice(0)) compressor.close();
  }
}

const NOTHING = new Uint8Array(0);
