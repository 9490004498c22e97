import type { PerfError } from '@perf/contracts';

/** Where a column stands, for errors that name it. */
export interface Place {
  /** As in `column city`. */
  readonly name: string;
  /** The error for a value that cannot stand at position `at` of what is being built. */
  misfit(value: unknown, at: number): PerfError;
}

/** How many bytes of text a batch may gather before it is cut. Shared by all columns of a batch. */
export interface Gauge {
  /** Bytes of one column at which the batch ends with the row that reached them. */
  readonly mostBytes: number;
  /** Raised by a column that has reached them. */
  isOver: boolean;
}
