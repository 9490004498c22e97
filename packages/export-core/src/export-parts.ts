import type {
  BatchSource,
  Checkpoint,
  ExportManifest,
  ExportOptions,
  ExportPart,
  ExportSink,
  Exporter,
  ExportWarning,
  Progress,
  RepeatableSource,
} from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import { BatchFeed } from './batch-feed.ts';
import { isRepeatable } from './checkpoints.ts';
import { settlesSoon } from './clean-up.ts';
import { failure } from './failures.ts';
import { Interruption } from './interruption.ts';
import { addWarnings, partsManifest, sumsOf } from './parts-manifest.ts';
import { shapeHash } from './shape-hash.ts';

/** How an output is cut into files. */
export interface ExportPartsOptions extends ExportOptions {
  /** Rows of every part but the last. */
  readonly rowsPerPart: number;
  /** Names part `number` (from 1) and gives its sink. A sink that stands there from an earlier run is written anew. */
  readonly part: (number: number) => { readonly name: string; readonly sink: ExportSink };
}

/**
 * Writes a source as several files, each of them whole: `part-00001.csv`, `part-00002.csv`, … With a checkpoint store an export that was
 * cut goes on after its last whole part, in every format. Resolves with a manifest of all parts; an empty source gives one empty part.
 * Parts that were committed stay when a later one fails.
 *
 * @example
 * await exportParts(createCsvExporter(), source, {
 *   rowsPerPart: 1_000_000,
 *   part: (number) => ({ name: `flights-${number}.csv`, sink: fileSink(`out/flights-${number}.csv`) }),
 * });
 */
export async function exportParts(
  exporter: Exporter,
  source: BatchSource,
  options: ExportPartsOptions,
): Promise<ExportManifest> {
  const { rowsPerPart } = options;
  if (!Number.isSafeInteger(rowsPerPart) || rowsPerPart < 1)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `rowsPerPart must be a positive integer, got ${rowsPerPart}`,
    );
  return new PartsRun(exporter, source, options).complete();
}

class PartsRun {
  readonly #exporter: Exporter;
  readonly #source: BatchSource;
  readonly #options: ExportPartsOptions;
  readonly #feed: BatchFeed;
  readonly #repeatable: RepeatableSource | undefined;
  readonly #format: string;
  readonly #interruption: Interruption;
  readonly #startedAt: number = performance.now();
  #parts: ExportPart[] = [];
  #warnings: ExportWarning[] = [];
  #compression: ExportManifest['compression'];

  constructor(exporter: Exporter, source: BatchSource, options: ExportPartsOptions) {
    const isResumable = options.checkpoint !== undefined || options.resumeFrom !== undefined;
    this.#repeatable = isRepeatable(source) ? source : undefined;
    if (isResumable && this.#repeatable === undefined)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'an export in parts can be resumed only with a RepeatableSource, which has a fingerprint and cursors',
      );
    this.#exporter = exporter;
    this.#source = source;
    this.#options = options;
    this.#format = `parts of ${exporter.format}`;
    this.#feed = new BatchFeed(source);
    this.#interruption = new Interruption(options.signal, `the export of ${this.#format}`);
  }

  #resume({ format, source, fingerprint, state }: Checkpoint): void {
    if (format !== this.#format || fingerprint !== this.#fingerprint())
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the checkpoint is of another export; remove it and start again',
      );
    if (source !== this.#repeatable?.fingerprint)
      throw new PerfError(
        'ERR_PERF_SOURCE_CHANGED',
        'the data has changed since the checkpoint was taken; remove it and start again',
      );
    this.#parts = listOf(state['parts'], isPart);
    this.#warnings = listOf(state['warnings'], isWarning);
    this.#compression = compressionOf(state['compression']);
  }

  async complete(): Promise<ExportManifest> {
    const { checkpoint, rowsPerPart, resumeFrom } = this.#options;
    try {
      this.#interruption.check();
      if (resumeFrom !== undefined) this.#resume(resumeFrom);
      // One of an earlier run would tell of parts that are about to be replaced.
      else await this.#interruption.wait((async () => checkpoint?.remove())());
      let hasMore = await this.#hasMore();
      while (hasMore || this.#parts.length === 0) {
        await this.#writePart(rowsPerPart);
        hasMore = await this.#hasMore();
        if (hasMore) await this.#save();
      }
    } catch (error) {
      await settlesSoon(this.#feed.close());
      throw error;
    } finally {
      this.#interruption.dispose();
    }
    await checkpoint?.remove();
    return this.#manifest();
  }

  async #hasMore(): Promise<boolean> {
    try {
      this.#interruption.check();
      return await this.#interruption.wait(this.#feed.hasMore());
    } catch (error) {
      throw failure('ERR_PERF_SOURCE_FAILED', 'reading the source', error);
    }
  }

  async #writePart(rows: number): Promise<void> {
    const { name, sink } = this.#options.part(this.#parts.length + 1);
    const { signal, onProgress, progressIntervalMs, totalRows, limits } = this.#options;
    const before = sumsOf(this.#parts);
    const manifest = await this.#exporter
      .export(this.#feed.next(rows), sink, {
        signal,
        limits:
          limits === undefined
            ? undefined
            : {
                ...(limits.rows === undefined ? {} : { rows: limits.rows - before.rows }),
                ...(limits.bytes === undefined ? {} : { bytes: limits.bytes - before.bytes }),
              },
        totalRows: totalRows === undefined ? undefined : totalRows - before.rows,
        onProgress:
          onProgress === undefined ? undefined : (progress) => onProgress(this.#inAll(progress, before)),
        ...(progressIntervalMs === undefined ? {} : { progressIntervalMs }),
      })
      .catch((error: unknown) => {
        throw inPart(error, name, before.rows);
      });
    this.#compression = manifest.compression;
    this.#parts.push({ name, rows: manifest.rows, bytes: manifest.bytes, sha256: manifest.sha256 });
    this.#warnings = addWarnings(this.#warnings, manifest.warnings);
  }

  #inAll(progress: Progress, before: { readonly rows: number; readonly bytes: number }): Progress {
    const { totalRows } = this.#options;
    return {
      ...progress,
      rows: progress.rows + before.rows,
      bytes: progress.bytes + before.bytes,
      elapsedMs: performance.now() - this.#startedAt,
      ...(totalRows === undefined ? {} : { totalRows }),
    };
  }

  async #save(): Promise<void> {
    const { last } = this.#feed;
    const repeatable = this.#repeatable;
    if (this.#options.checkpoint === undefined || last === undefined || repeatable === undefined) return;
    const saving = this.#options.checkpoint.save({
      version: 1,
      format: this.#format,
      fingerprint: this.#fingerprint(),
      source: repeatable.fingerprint,
      ...sumsOf(this.#parts),
      cursor: repeatable.cursorAfter(last.batch, last.index),
      state: { parts: this.#parts, warnings: this.#warnings, compression: this.#compression ?? null },
    });
    await this.#interruption.wait(saving);
  }

  #fingerprint(): string {
    const { zlib, zstd } = process.versions;
    return shapeHash({
      shape: this.#exporter.shape,
      rows: this.#options.rowsPerPart,
      fields: this.#source.schema.fields,
      codecs: { zlib, zstd },
    });
  }

  #manifest(): ExportManifest {
    return partsManifest({
      format: this.#exporter.format,
      schema: this.#source.schema,
      parts: this.#parts,
      warnings: this.#warnings,
      compression: this.#compression,
      elapsedMs: performance.now() - this.#startedAt,
    });
  }
}

/** Errors count rows from the beginning of their part. */
function inPart(error: unknown, name: string, before: number): unknown {
  if (!isPerfError(error, 'ERR_PERF_INVALID_VALUE')) return error;
  const where = `part ${name}, which begins after row ${before}`;
  return new PerfError(error.code, `${where}: ${error.message}`, { cause: error });
}

function compressionOf(value: unknown): ExportManifest['compression'] {
  return value === 'gzip' || value === 'zstd' ? value : undefined;
}

function listOf<T>(value: unknown, isItem: (item: unknown) => item is T): T[] {
  if (Array.isArray(value) && value.every(isItem)) return value;
  throw new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    'the checkpoint lacks its parts; remove it and start again',
  );
}

function isPart(value: unknown): value is ExportPart {
  if (typeof value !== 'object' || value === null) return false;
  const { name, rows, bytes, sha256 } = Object.fromEntries(Object.entries(value));
  return (
    typeof name === 'string' &&
    typeof sha256 === 'string' &&
    typeof rows === 'number' &&
    typeof bytes === 'number'
  );
}

function isWarning(value: unknown): value is ExportWarning {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, count } = Object.fromEntries(Object.entries(value));
  return typeof code === 'string' && typeof message === 'string' && typeof count === 'number';
}
