import { constants, zstdCompressSync } from 'node:zlib';
import { Lz4FrameEncoder } from './lz4-frame.ts';

/** How bodies are compressed. */
export type BodyCompression = 'zstd' | 'lz4' | undefined;

/** A compressed body as apache-arrow's writer takes it: two buffers for each one given, its length and its bytes. */
export interface PackedBody {
  readonly byteLength: number;
  readonly bufferRegions: { offset: number; length: number }[];
  readonly buffers: ArrayBufferView[];
}

/** What stands for the length of a buffer that is stored as it is. */
const STORED = -1n;
const LENGTH_BYTES = 8;

const ZSTD_LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** What compresses bodies so; undefined where they stay as they are. */
export function bodyPacker(compression: BodyCompression): BodyPacker | undefined {
  if (compression === undefined) return undefined;
  if (compression === 'zstd') return new BodyPacker((plain) => zstdCompressSync(plain, ZSTD_LEVEL));
  const encoder = new Lz4FrameEncoder();
  return new BodyPacker((plain) => encoder.encode(plain));
}

/**
 * Compresses bodies of messages as Arrow wants it: each buffer a frame of its own, behind its length before compression. Not by way of
 * apache-arrow 21, whose writer puts the length after compression there, and takes any codec that the process has registered.
 */
export class BodyPacker {
  readonly #encode: (plain: Uint8Array) => Uint8Array;

  /** @param encode gives one frame; its memory is the caller's */
  constructor(encode: (plain: Uint8Array) => Uint8Array) {
    this.#encode = encode;
  }

  /** The body that holds these buffers. Those that gain nothing are stored as they are, in the memory they came in. */
  pack(views: readonly ArrayBufferView[]): PackedBody {
    const bufferRegions: { offset: number; length: number }[] = [];
    const buffers: Uint8Array[] = [];
    let byteLength = 0;
    for (const view of views) {
      const plain = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const pair = plain.length === 0 ? [plain, plain] : this.#packed(plain);
      const length = pair.reduce((sum, part) => sum + part.length, 0);
      bufferRegions.push({ offset: byteLength, length });
      buffers.push(...pair);
      byteLength += Math.ceil(length / 8) * 8;
    }
    return { byteLength, bufferRegions, buffers };
  }

  #packed(plain: Uint8Array): Uint8Array[] {
    const frame = this.#encode(plain);
    const isSmaller = frame.length < plain.length;
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setBigInt64(0, isSmaller ? BigInt(plain.length) : STORED, true);
    return [length, isSmaller ? frame : plain];
  }
}
