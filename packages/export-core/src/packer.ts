import type { Block } from './block.ts';

/**
 * What happens to blocks on their way to the sink: compression, and what stands around it. Blocks are compressed side by side and framed
 * in their order, so the bytes depend on nothing but the blocks.
 */
export interface Packer {
  /** Blocks compressed beside the one being filled; each holds its memory. */
  readonly parallel: number;
  /** What stands before the first block. */
  begin(): Uint8Array;
  /**
   * Starts to compress a block, whose memory is the packer's until the promise settles. Called in order.
   * @param isLast nothing comes after this block, which may be empty
   */
  compress(block: Block, isLast: boolean): Promise<Uint8Array>;
  /**
   * What a compressed block becomes, called in order after `compress` has resolved. The packer may give the memory of the pieces back when
   * two more blocks were framed.
   * @param mark the block's, as it was when `compress` was called
   */
  frame(compressed: Uint8Array, mark: unknown): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** What stands after the last block. */
  end(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** All that the rest of the output depends on; JSON-safe. Called when nothing is being compressed. Absent: it cannot resume. */
  state?(): Readonly<Record<string, unknown>>;
  /** Goes on from a state, instead of `begin`. */
  resume?(state: Readonly<Record<string, unknown>>): void;
}
