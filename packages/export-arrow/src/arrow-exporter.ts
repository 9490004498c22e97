import type { ExportManifest, ExportOptions, ExportSink, Exporter } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { exportFrom, formatExporter } from '@perf/export-core';
import type { ArrowOptions } from './arrow-options.ts';
import { arrowStyle } from './arrow-options.ts';
import { planColumns } from './columns/plan-columns.ts';
import { ArrowEncoder } from './ipc/arrow-encoder.ts';
import { registerZstd } from './ipc/body-codec.ts';
import { FileMessages, StreamMessages } from './ipc/messages.ts';

/** Makes an exporter that writes Arrow IPC. Options are checked here; the exporter may be used many times, also at once. */
export function createArrowExporter(options: ArrowOptions = {}): Exporter {
  const style = arrowStyle(options);
  const { now, hashOn, compression, ...shape } = style;
  if (compression === 'zstd') registerZstd();
  // Compressed bytes differ between builds of zstd.
  const codec = compression === undefined ? undefined : process.versions['zstd'];
  return formatExporter({
    format: style.format === 'file' ? 'arrow' : 'arrow-stream',
    resumable: true,
    shape: { ...shape, compression, codec },
    now,
    hashOn,
    start: () => ({
      encoder: (schema) => {
        const messages =
          style.format === 'file' ? new FileMessages(compression) : new StreamMessages(compression);
        return new ArrowEncoder(schema, planColumns(schema, style), messages);
      },
    }),
  });
}

/**
 * Writes batches or plain rows as Arrow IPC and resolves with the manifest.
 *
 * @example
 * await exportArrow(await engine.execute(statement, { shape: 'columns' }), fileSink('flights.arrow'), { dictionary: 'auto' });
 */
export async function exportArrow(
  source: ExportInput,
  sink: ExportSink,
  options: ArrowOptions & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createArrowExporter(options), source, sink, options);
}
