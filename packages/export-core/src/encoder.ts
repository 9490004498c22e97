import type { Batch, ExportWarning } from '@perf/contracts';
import type { Block } from './block.ts';

/** Why an encoder stopped: the block is full, everything loaded is written, or it is time to let others run. */
export type FillState = 'full' | 'done' | 'paused';

/** The last row that an encoder has written in full. */
export interface LastRow {
  readonly batch: Batch;
  readonly index: number;
}

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
  /** How an export goes on from the middle. Absent: it cannot. */
  readonly checkpoints?: EncoderCheckpoints;
}

/** What an encoder offers to an export that can go on after a crash. Blocks must be cut by fill alone. */
export interface EncoderCheckpoints {
  /** The last row, when the blocks that have left end with it; undefined in the middle of a row, and before the first. */
  lastRow(): LastRow | undefined;
  /** All that the rest of the output depends on, besides the rows to come; JSON-safe. */
  state(): Readonly<Record<string, unknown>>;
  /** Goes on after `rows` rows, instead of `begin`. */
  resume(rows: number, state: Readonly<Record<string, unknown>>): void;
}
