import type { Batch } from './batch.ts';
import type { Schema } from './data-type.ts';

/** Where bytes go. Calls come one after another, never at once, in the order open → write… → commit or abort. */
export interface ExportSink {
  /** Whether `writeAt` exists and works before `commit`. */
  readonly canPatch: boolean;
  /** Whether `open(resumeAt)` can keep what an earlier run wrote. */
  readonly canResume: boolean;
  /** @param resumeAt keep that many bytes of an earlier run and cut the rest; absent: start empty */
  open(resumeAt?: number): Promise<void>;
  /** Takes all bytes; the buffer is the writer's again when it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes already written. Exists when `canPatch`. */
  writeAt?(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes what was written durable. */
  sync?(): Promise<void>;
  /** Reads back the first `length` bytes, in order. Exists when `canResume`; called after `open(resumeAt)`, before any write. */
  read?(length: number): AsyncIterable<Uint8Array>;
  /** Publishes the whole output: rename, or end the response. Until then nothing stands under the final name. */
  commit(): Promise<void>;
  /** Gives up. `keep` leaves what was written for a later `open(resumeAt)`. Safe at any time, also twice. */
  abort(reason: unknown, options?: { readonly keep: boolean }): Promise<void>;
}

/** A place from which an export can go on. JSON-safe. */
export interface Checkpoint {
  /** Version of this form. */
  readonly version: 1;
  /** As in the manifest: `csv`, `ndjson`, … A checkpoint of another format is refused. */
  readonly format: string;
  /** Hash of schema and options: a checkpoint of another shape is refused. */
  readonly fingerprint: string;
  /** `fingerprint` of the source: one that has changed since is refused (`ERR_PERF_SOURCE_CHANGED`). */
  readonly source: string;
  /** Bytes in the sink at this point. */
  readonly bytes: number;
  /** Rows in the sink at this point. */
  readonly rows: number;
  /** What the source needs to go on after these rows (see `RepeatableSource.cursorAfter`); the exporter only carries it. */
  readonly cursor: unknown;
  /** What the format needs besides (running checksums, block hashes, …). */
  readonly state: Readonly<Record<string, unknown>>;
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  load(): Promise<Checkpoint | undefined>;
  save(checkpoint: Checkpoint): Promise<void>;
  remove(): Promise<void>;
}

/** How far an export is. */
export interface Progress {
  /** Rows written so far. */
  readonly rows: number;
  /** Bytes handed to the sink. */
  readonly bytes: number;
  /** Since the export began. */
  readonly elapsedMs: number;
  /** Rows per second over the last seconds. */
  readonly rowsPerSecond: number;
  /** Bytes per second over the same time. */
  readonly bytesPerSecond: number;
  /** Rows in all, when the caller said. */
  readonly totalRows?: number;
  /** Expected ms to the end, when the total is known and a rate was seen. */
  readonly etaMs?: number;
}

/** Something about the output that a reader should know. */
export interface ExportWarning {
  /** As in `formula-guarded`, `lone-surrogate-replaced`. */
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
  /** Column concerned, when one is. */
  readonly column?: string;
  /** How often it happened. */
  readonly count: number;
}

/** One file of an output in parts. */
export interface ExportPart {
  /** As the caller named it. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
}

/** What was written; proof against a part taken for the whole. */
export interface ExportManifest {
  /** As the exporter's `format`. */
  readonly format: string;
  /** Version of this form. */
  readonly version: 1;
  /** Columns as the source gave them; options may have left some out or renamed them. */
  readonly schema: Schema;
  /** Rows written, a header not counted. */
  readonly rows: number;
  /** Bytes of the whole output. */
  readonly bytes: number;
  /** Plain SHA-256 of all output bytes, lower-case hex. */
  readonly sha256: string;
  /** How the bytes are compressed as a whole; absent: not, or inside the format. */
  readonly compression?: 'gzip' | 'zstd';
  /** The files of an output in parts; `bytes` is then their sum, and `sha256` that of their hashes' bytes in order. */
  readonly parts?: readonly ExportPart[];
  /** What a reader should know; empty when there is nothing. */
  readonly warnings: readonly ExportWarning[];
  /** From the call to the commit. */
  readonly elapsedMs: number;
}

/** Rows on their way into an export: batches with a schema. `ResultStream` is one. */
export interface BatchSource extends AsyncIterable<Batch> {
  /** Columns of every batch. */
  readonly schema: Schema;
}

/**
 * A source that gives the same rows in the same order each time it is opened, from any row on: an order that is total and unique, over
 * data that does not change meanwhile. What exports that go on after a crash need.
 */
export interface RepeatableSource extends BatchSource {
  /** Names the state of the data: row count, version of the table. Equal only when the rows are. */
  readonly fingerprint: string;
  /** What opens the source anew so that it begins after row `index` of `batch`. JSON-safe. */
  cursorAfter(batch: Batch, index: number): unknown;
}

/** What an output may hold at most; passing one fails with `ERR_PERF_LIMIT_EXCEEDED`, and nothing stands under the final name. */
export interface ExportLimits {
  /** Rows, a header not counted. */
  readonly rows?: number;
  /** Bytes of the output, compressed where it is; looked at a block (1 MiB) at a time. */
  readonly bytes?: number;
}

/** How to run one export. */
export interface ExportOptions {
  /**
   * Stops within 100 ms, closes the source, aborts the sink, rejects with `ERR_PERF_ABORTED`. What was written and the checkpoint are
   * removed, unless the signal's reason is `'pause'`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called at most every `progressIntervalMs`, and once at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Least ms between two calls of `onProgress`; 0 calls it whenever there is something new. @default 250 */
  readonly progressIntervalMs?: number;
  /** Rows the source will give, for the ETA. */
  readonly totalRows?: number | undefined;
  /**
   * Keeps checkpoints while the export runs, so that it can go on after a crash: one every 16 blocks (of 1 MiB before compression) or
   * every second, whichever comes first. Needs `capabilities.resumable`, a sink that can resume and a `RepeatableSource`.
   */
  readonly checkpoint?: CheckpointStore | undefined;
  /** Goes on from here; the source must have been opened at its `cursor`. */
  readonly resumeFrom?: Checkpoint | undefined;
  /** @default no limits but those of the format */
  readonly limits?: ExportLimits | undefined;
}

/** What an exporter can do. */
export interface ExporterCapabilities {
  /** Memory does not grow with rows. */
  readonly streaming: boolean;
  readonly resumable: boolean;
  /** Takes column batches without making rows of them. */
  readonly columnar: boolean;
  /** Most rows in one output; `Infinity` when there is no limit. */
  readonly maxRows: number;
}

/** Writes batches as one file format. May be used many times, also at once. */
export interface Exporter {
  /** As in `csv`. */
  readonly format: string;
  readonly capabilities: ExporterCapabilities;
  /** What its bytes depend on besides schema and rows: its options. An output in parts is gone on with only by an exporter of the same. */
  readonly shape?: unknown;
  /** Pulls the source, writes to the sink, commits, and resolves with the manifest. On any failure the sink is aborted first. */
  export(source: BatchSource, sink: ExportSink, options?: ExportOptions): Promise<ExportManifest>;
}
