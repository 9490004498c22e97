import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
  Schema,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { exportFrom, runExport } from '@perf/export-core';
import { planColumns } from '../columns/plan-columns.ts';
import type { ParquetOptions, ParquetStyle } from './parquet-options.ts';
import { parquetStyle } from './parquet-options.ts';
import type { ParquetEncoding } from './parquet-encoding.ts';
import { ThreadEncoding } from './parquet-thread.ts';
import { ParquetTransform } from './parquet-transform.ts';

/** Makes an exporter that writes Parquet. Options are checked here; the exporter may be used many times, also at once. */
export function createParquetExporter(options: ParquetOptions = {}): Exporter {
  return new ParquetExporter(parquetStyle(options));
}

/**
 * Writes batches or plain rows as one Parquet file and resolves with the manifest.
 *
 * @example
 * await exportParquet(await engine.execute(statement, { shape: 'columns' }), fileSink('flights.parquet'), { compression: 'zstd' });
 */
export async function exportParquet(
  source: ExportInput,
  sink: ExportSink,
  options: ParquetOptions & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createParquetExporter(options), source, sink, options);
}

class ParquetExporter implements Exporter {
  readonly format = 'parquet';
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: false,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: ParquetStyle;

  constructor(style: ParquetStyle) {
    this.#style = style;
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const { now, hashOn } = this.#style;
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: async (schema) => this.#transform(schema),
      now,
      hashOn,
    });
  }

  async #transform(schema: Schema): Promise<ParquetTransform> {
    const plan = planColumns(schema, this.#style);
    if (plan.columns.length === 0)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'a Parquet file needs at least one column');
    return new ParquetTransform(schema, plan, this.#style.settings, await this.#encoding());
  }

  async #encoding(): Promise<ParquetEncoding> {
    if (this.#style.encodeOn === 'worker') return new ThreadEncoding();
    // Only now, because it brings five megabytes of code with it.
    const { encodeParquet } = await import('./encode-parquet.ts');
    return { begin: () => undefined, encode: encodeParquet, close: () => undefined };
  }
}
