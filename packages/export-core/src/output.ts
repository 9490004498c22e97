import type { Block } from './block.ts';

/** Where the output is hashed; see `TextOptions.hashOn`. */
export type HashThread = 'worker' | 'caller';

/** Moves filled blocks to the sink. A block is filled again only when nothing needs its bytes any more. */
export interface Output {
  /** The block to fill now. */
  readonly block: Block;
  /** Bytes handed to the sink. */
  readonly bytes: number;
  /** CRC-32 of these bytes, when checkpoints are kept. */
  readonly crc: number;
  /** Writes what stands before the first block. */
  begin(): Promise<void>;
  /** Takes bytes into account that an earlier run wrote. */
  recall(bytes: Uint8Array): Promise<void>;
  /** Sends the block off and makes another one the current one. Does nothing while the block is empty and has no mark. */
  flush(): Promise<void>;
  /** Resolves when the sink has all that was flushed. */
  settle(): Promise<void>;
  /** Sends the last block and waits until the sink has all. Gives the SHA-256 of all bytes. */
  end(): Promise<string>;
  /** Gives up its threads. Safe at any time. */
  close(): void;
}
