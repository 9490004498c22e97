import type { Batch, ExportWarning } from '@perf/contracts';
import type { Block } from './block.ts';

/** Why an encoder stopped: the block is full, everything loaded is written, or it is time to let others run. */
export type FillState = 'full' | 'done' | 'paused';

/**
 * Turns batches into the bytes of one file. Purely synchronous: `runExport` moves blocks and waits.
 * After each of `begin`, `load` and `end`, `fillBlock` is called until it says `done`.
 */
export interface Encoder {
  /** Bytes a block must hold. */
  readonly blockBytes: number;
  /** Rows written in full. */
  readonly rows: number;
  /** Queues what stands before the first row. */
  begin(): void;
  /** Takes the next batch. */
  load(batch: Batch): void;
  /** Queues what stands after the last row. */
  end(): void;
  /** Writes on into `block`, for a few milliseconds at most. */
  fillBlock(block: Block): FillState;
  /** What readers of the output should know so far. */
  warnings(): ExportWarning[];
}
