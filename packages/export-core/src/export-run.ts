import type { BatchSource, ExportOptions, ExportSink, Schema } from '@perf/contracts';
import type { CompressionFormat } from './compression.ts';
import type { Encoder } from './encoder.ts';
import type { HashThread } from './output.ts';
import type { Packer } from './packer.ts';
import type { Transform } from './transform.ts';

/** What `runExport` needs of a format. */
export interface ExportRun {
  /** As in the manifest: `csv`. */
  readonly format: string;
  readonly source: BatchSource;
  readonly sink: ExportSink;
  readonly options: ExportOptions;
  /** Makes the encoder, or what takes its place where bytes come of waiting; what it throws aborts the sink. */
  readonly encoder: (schema: Schema) => Encoder | Transform | Promise<Encoder | Transform>;
  /** Makes what compresses and frames the blocks. Absent: they are written as they are. */
  readonly packer?: (() => Packer) | undefined;
  /** What the bytes depend on besides schema and rows: the format's options. A checkpoint of others is refused. */
  readonly shape?: unknown;
  /** As the manifest says it. */
  readonly compression?: CompressionFormat | undefined;
  /** Clock in ms. @default performance.now */
  readonly now?: (() => number) | undefined;
  /** Where outputs without a packer are hashed. @default 'worker' */
  readonly hashOn?: HashThread | undefined;
}
