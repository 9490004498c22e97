import type {
  Batch,
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportPart,
  ExportSink,
  ExportWarning,
  Exporter,
} from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import { checkSameSchema } from '../same-schema.ts';
import { closeSource } from '../clean-up.ts';
import { failure } from '../failures.ts';
import { Interruption } from '../interruption.ts';
import { Limits } from '../limits.ts';
import { isMasked } from '../mask.ts';
import type { ClassifiedPolicy } from '../mask.ts';
import { addWarnings, partsManifest } from '../parts-manifest.ts';
import { ProgressMeter } from '../progress-meter.ts';
import { PartitionRows } from './partition-rows.ts';
import { PushedSource } from './pushed-source.ts';

/** How rows are sorted into folders. */
export interface ExportPartitionedOptions extends Omit<ExportOptions, 'checkpoint' | 'resumeFrom'> {
  /** Columns whose values make the folders, outermost first; the files do not hold them. No binary, json or list. */
  readonly by: readonly string[];
  /** The sink of one file, by its path: `year=2024/month=1/part-00001.parquet`. Folders are the caller's to make. */
  readonly sink: (path: string) => ExportSink;
  /**
   * Most files being written at once; each holds the memory of an export of its own. Rows ordered by the columns of `by` need one only;
   * when rows of one folder come again after its file was closed, they go into a further part. @default 8
   */
  readonly maxOpen?: number | undefined;
  /** What the names of files end with. @default the exporter's format */
  readonly extension?: string | undefined;
  /** Columns of `by` that are classified `pii` or `secret` are refused, as a path shows their values, unless this says `include`. @default 'mask' */
  readonly classified?: ClassifiedPolicy | undefined;
}

/** A file being written. */
interface OpenPart {
  readonly path: string;
  readonly source: PushedSource;
  readonly number: number;
  readonly running: Promise<ExportManifest>;
  bytes: number;
}

const MAX_OPEN = 8;

/**
 * Writes a source as files in folders named by the values of some columns, as Hive, Spark and DuckDB read them. Every file is whole or
 * not there at all; those that were finished stay when a later one fails. Resolves with a manifest of all parts, in the order in which
 * they were begun; an empty source gives none. Rows in errors are counted within their file.
 *
 * @example
 * await exportPartitioned(createParquetExporter(), source, {
 *   by: ['year', 'month'],
 *   sink: (path) => { mkdirSync(dirname(`out/${path}`), { recursive: true }); return fileSink(`out/${path}`); },
 * });
 */
export async function exportPartitioned(
  exporter: Exporter,
  source: BatchSource,
  options: ExportPartitionedOptions,
): Promise<ExportManifest> {
  check(source, options);
  return new PartitionedRun(exporter, source, options).complete();
}

function check(
  { schema }: BatchSource,
  { by, maxOpen = MAX_OPEN, classified = 'mask' }: ExportPartitionedOptions,
): void {
  const invalid = (text: string): PerfError => new PerfError('ERR_PERF_INVALID_OPTION', text);
  if (by.length === 0 || new Set(by).size < by.length)
    throw invalid(`by must name at least one column, and none twice: ${by.join(', ')}`);
  if (!Number.isInteger(maxOpen) || maxOpen < 1)
    throw invalid(`maxOpen must be a positive integer, got ${maxOpen}`);
  const shown = schema.fields.find((field) => by.includes(field.name) && isMasked(field, classified));
  if (shown !== undefined)
    throw invalid(
      `by names ${shown.name}, which is classified ${shown.classification}: its values would stand in paths`,
    );
}

class PartitionedRun {
  readonly #exporter: Exporter;
  readonly #source: BatchSource;
  readonly #options: ExportPartitionedOptions;
  readonly #rows: PartitionRows;
  readonly #meter: ProgressMeter;
  readonly #limits: Limits;
  readonly #interruption: Interruption;
  readonly #stop = new AbortController();
  /** By folder, least recently used first. */
  readonly #open = new Map<string, OpenPart>();
  /** Parts begun of each folder. */
  readonly #begun = new Map<string, number>();
  /** By number of their beginning. */
  readonly #parts: ExportPart[] = [];
  #warnings: readonly ExportWarning[] = [];
  #compression: ExportManifest['compression'];
  #count = 0;
  #taken = 0;
  #closedBytes = 0;
  #pulling = false;

  constructor(exporter: Exporter, source: BatchSource, options: ExportPartitionedOptions) {
    this.#exporter = exporter;
    this.#source = source;
    this.#options = options;
    this.#rows = new PartitionRows(source.schema, options.by);
    this.#meter = new ProgressMeter(options, () => performance.now());
    this.#limits = new Limits(options.limits);
    this.#limits.check();
    this.#interruption = new Interruption(options.signal, `the partitioned ${exporter.format} export`);
  }

  async complete(): Promise<ExportManifest> {
    const batches = this.#source[Symbol.asyncIterator]();
    try {
      this.#interruption.check();
      for (let batch = await this.#pull(batches); batch !== undefined; batch = await this.#pull(batches))
        await this.#write(batch);
      for (const part of this.#open.values()) await this.#interruption.wait(this.#close(part));
    } catch (error) {
      await this.#giveUp(error);
      await closeSource(batches, this.#pulling, this.#interruption.isAborted);
      throw error;
    } finally {
      this.#interruption.dispose();
    }
    this.#meter.end(this.#taken, this.#bytes);
    return partsManifest({
      format: this.#exporter.format,
      schema: this.#source.schema,
      parts: this.#parts,
      warnings: this.#warnings,
      compression: this.#compression,
      elapsedMs: this.#meter.elapsedMs,
    });
  }

  get #bytes(): number {
    let bytes = this.#closedBytes;
    for (const part of this.#open.values()) bytes += part.bytes;
    return bytes;
  }

  async #pull(batches: AsyncIterator<Batch>): Promise<Batch | undefined> {
    this.#pulling = true;
    try {
      const step = await this.#interruption.wait(Promise.resolve(batches.next()));
      this.#pulling = false;
      return step.done === true ? undefined : step.value;
    } catch (error) {
      throw failure('ERR_PERF_SOURCE_FAILED', 'reading the source', error);
    }
  }

  async #write(batch: Batch): Promise<void> {
    checkSameSchema(this.#source.schema, batch.schema);
    this.#taken += batchLength(batch);
    this.#limits.rows(this.#taken);
    for (const [path, rows] of this.#rows.split(batch)) {
      const part = this.#open.get(path) ?? (await this.#begin(path));
      this.#open.delete(path);
      this.#open.set(path, part);
      await this.#interruption.wait(part.source.push(rows));
      this.#limits.bytes(this.#bytes);
    }
    this.#meter.tick(this.#taken, this.#bytes);
  }

  /** Begins the next file of a folder, after making room for it. */
  async #begin(folder: string): Promise<OpenPart> {
    const { sink, maxOpen = MAX_OPEN, extension = this.#exporter.format } = this.#options;
    if (this.#open.size >= maxOpen)
      for (const oldest of this.#open.values()) {
        await this.#interruption.wait(this.#close(oldest));
        break;
      }
    const ofFolder = (this.#begun.get(folder) ?? 0) + 1;
    this.#begun.set(folder, ofFolder);
    const path = `${folder}/part-${String(ofFolder).padStart(5, '0')}.${extension}`;
    const source = new PushedSource(this.#rows.schema);
    const running = this.#exporter.export(source, sink(path), {
      signal: this.#stop.signal,
      onProgress: ({ bytes }) => {
        part.bytes = bytes;
      },
    });
    running.catch((error: unknown) => source.fail(error));
    const part: OpenPart = { path, source, number: this.#count++, running, bytes: 0 };
    return part;
  }

  async #close(part: OpenPart): Promise<void> {
    part.source.end();
    const { rows, bytes, sha256, warnings, compression } = await part.running;
    for (const [folder, open] of this.#open) if (open === part) this.#open.delete(folder);
    this.#closedBytes += bytes;
    this.#limits.bytes(this.#bytes);
    this.#parts[part.number] = { name: part.path, rows, bytes, sha256 };
    this.#warnings = addWarnings(this.#warnings, warnings);
    this.#compression = compression;
  }

  /** Stops every file that is being written, and waits until each has cleaned up. */
  async #giveUp(reason: unknown): Promise<void> {
    this.#stop.abort(reason);
    await Promise.allSettled(Array.from(this.#open.values(), async ({ running }) => running));
  }
}
