/** Bytes that a block holds unless an encoder needs more for a single row. */
export const BLOCK_BYTES: number = 2 * 1024 * 1024;

/** No row is begun in a block that holds this many bytes; the block then goes out. */
export const BLOCK_SOFT_LIMIT: number = 1024 * 1024;

/**
 * A stretch of output being filled. Its memory is shared, so that another thread can hash it while it is written.
 * Blocks are cut by fill alone, never by time or batch: the same rows give the same blocks.
 */
export class Block {
  readonly shared: SharedArrayBuffer;
  readonly bytes: Buffer;
  /** Bytes filled so far. */
  length = 0;
  /** What the format's packer has to know of this block, as which file of an archive begins with it. A block with a mark goes out even when it is empty. */
  mark: unknown = undefined;

  constructor(capacity: number = BLOCK_BYTES) {
    this.shared = new SharedArrayBuffer(capacity);
    this.bytes = Buffer.from(this.shared);
  }

  /** What was filled, without a copy. */
  filled(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}
