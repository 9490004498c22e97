import type { ExportManifest, ExportOptions, ExportSink, Exporter, Schema } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { exportFrom, formatExporter } from '@perf/export-core';
import type { ColumnPlan } from '../columns/plan-columns.ts';
import { planColumns } from '../columns/plan-columns.ts';
import type { ParquetOptions, ParquetStyle } from './parquet-options.ts';
import { parquetStyle } from './parquet-options.ts';
import type { ParquetEncoding } from './parquet-encoding.ts';
import { ThreadEncoding } from './parquet-thread.ts';
import { ParquetTransform } from './parquet-transform.ts';

/** Makes an exporter that writes Parquet. Options are checked here; the exporter may be used many times, also at once. */
export function createParquetExporter(options: ParquetOptions = {}): Exporter {
  const style = parquetStyle(options);
  const { now, hashOn, encodeOn: _, ...shape } = style;
  return formatExporter({
    format: 'parquet',
    resumable: false,
    shape,
    now,
    hashOn,
    start: () => ({ encoder: (schema) => transformOf(schema, style) }),
  });
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

async function transformOf(schema: Schema, style: ParquetStyle): Promise<ParquetTransform> {
  const plan = planColumns(schema, style);
  if (plan.columns.length === 0)
    throw new PerfError('ERR_PERF_UNSUPPORTED', 'a Parquet file needs at least one column');
  const { dictionary } = style.settings;
  if (Array.isArray(dictionary)) mustBeWritten(dictionary, plan);
  return new ParquetTransform(schema, plan, style.settings, await encodingOf(style));
}

async function encodingOf({ encodeOn }: ParquetStyle): Promise<ParquetEncoding> {
  if (encodeOn === 'worker') return new ThreadEncoding();
  // Only now, because it brings five megabytes of code with it.
  const { encodeParquet } = await import('./encode-parquet.ts');
  return { begin: () => undefined, encode: encodeParquet, close: () => undefined };
}

function mustBeWritten(names: readonly string[], { columns }: ColumnPlan): void {
  const unknown = names.find((name) => columns.every(({ field }) => field.name !== name));
  if (unknown !== undefined)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `dictionary names ${unknown}, which is not written`);
}
