import type { Batch, ExportWarning } from '@perf/contracts';

/** Turns batches into the bytes of one file where that takes waiting, as for another thread. Cannot go on from the middle. */
export interface Transform {
  /**
   * Pulls the batches and gives the bytes, in pieces of any size; a piece is not used any more when the next is asked for. An error of
   * `batches` must come out as it is. Who keeps a batch while it pulls the next makes the engine's heap grow. The loop that reads the bytes may leave it early.
   */
  bytes(batches: AsyncIterable<Batch>): AsyncIterable<Uint8Array>;
  /** What readers of the output should know so far. */
  warnings(): ExportWarning[];
  /** Gives up its threads, also while it waits for a source that hangs. Called at the end, however the export ends. */
  close?(): void;
}
