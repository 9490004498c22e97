import type { Column, Field, Parameter, PerfErrorCode, Schema } from '@perf/contracts';

/** What the worker opens. */
export interface WorkerData {
  readonly path: string;
  readonly readOnly: boolean;
}

/** What the worker is asked. Each request gets one reply with its `id`. */
export type WorkerRequest = { readonly id: number } & (
  | {
      readonly op: 'execute';
      readonly text: string;
      readonly parameters: readonly Parameter[];
      readonly schema: Schema | undefined;
      readonly batchRows: number;
    }
  | { readonly op: 'next'; readonly stream: number }
  | { readonly op: 'close'; readonly stream: number }
);

/** Rows of one stream, as columns. */
export interface WorkerBatch {
  readonly length: number;
  readonly columns: readonly Column[];
  /** Whether the stream has ended with this batch. */
  readonly done: boolean;
}

/** An error on its way out of the worker. */
export interface WorkerFault {
  readonly code: PerfErrorCode;
  readonly message: string;
  /** Message of the driver's error; empty when the error is ours. */
  readonly cause: string;
}

/** What the worker answers. `execute` brings the fields and the first batch. */
export type WorkerReply = { readonly id: number } & (
  | { readonly fields?: readonly Field[]; readonly batch?: WorkerBatch }
  | { readonly error: WorkerFault }
);
