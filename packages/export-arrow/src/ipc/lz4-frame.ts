import { lz4BlockBound, lz4Table, writeLz4Block } from './lz4-block.ts';
import { xxHash32 } from './xx-hash.ts';

/** Counts what changes the bytes that come out: checkpoints of another version are refused. */
export const LZ4_OUTPUT_VERSION = 1;

const MAGIC = 0x184d2204;
/** Version 1 of the format, independent blocks, the size of the content in front; no checksums of blocks or content. */
const FLAGS = 0b0110_1000;
const HEADER_BYTES = 15;
const END_MARK_BYTES = 4;
/** Sizes of blocks that the format knows: 64 KiB is 4, 256 KiB 5, 1 MiB 6, 4 MiB 7. */
const LEAST_SIZE_ID = 4;
const MOST_SIZE_ID = 7;
/** Marks a block that is stored as it is. */
const STORED = 0x80000000;

/**
 * Writes LZ4 frames, after the "LZ4 Frame Format Description" of lz4.org: independent blocks of at most 4 MiB. Its memory is used again for
 * every frame, and is as large as the largest.
 */
export class Lz4FrameEncoder {
  readonly #table: Int32Array = lz4Table();
  #room: Uint8Array = new Uint8Array(0);

  /** One frame with all of `bytes`; memory of its own. */
  encode(bytes: Uint8Array): Uint8Array {
    const sizeId = sizeIdFor(bytes.length);
    const blockBytes = blockBytesOf(sizeId);
    const blocks = Math.ceil(bytes.length / blockBytes);
    const bound = HEADER_BYTES + blocks * (4 + lz4BlockBound(blockBytes)) + END_MARK_BYTES;
    if (this.#room.length < bound) this.#room = new Uint8Array(bound);
    const target = new DataView(this.#room.buffer);
    let at = this.#writeHeader(target, bytes.length, sizeId);
    for (let from = 0; from < bytes.length; from += blockBytes)
      at = this.#writeBlock(bytes, from, Math.min(bytes.length, from + blockBytes), target, at);
    target.setUint32(at, 0, true);
    return this.#room.slice(0, at + END_MARK_BYTES);
  }

  #writeHeader(target: DataView, contentBytes: number, sizeId: number): number {
    target.setUint32(0, MAGIC, true);
    target.setUint8(4, FLAGS);
    target.setUint8(5, sizeId << 4);
    target.setBigUint64(6, BigInt(contentBytes), true);
    target.setUint8(14, (xxHash32(this.#room.subarray(4, 14)) >>> 8) & 0xff);
    return HEADER_BYTES;
  }

  /** A block that gains nothing is stored as it is. */
  #writeBlock(bytes: Uint8Array, from: number, end: number, target: DataView, at: number): number {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const packedEnd = writeLz4Block(source, from, end, target, at + 4, this.#table);
    const packed = packedEnd - at - 4;
    if (packed < end - from) {
      target.setUint32(at, packed, true);
      return packedEnd;
    }
    target.setUint32(at, STORED + end - from, true);
    this.#room.set(bytes.subarray(from, end), at + 4);
    return at + 4 + end - from;
  }
}

/** The least size of blocks that takes all in one, as decoders set memory aside by it. */
function sizeIdFor(length: number): number {
  let id = LEAST_SIZE_ID;
  while (id < MOST_SIZE_ID && blockBytesOf(id) < length) id++;
  return id;
}

function blockBytesOf(sizeId: number): number {
  return 1 << (8 + 2 * sizeId);
}
