import type { ExportManifest, ExportOptions, ExportSink, Exporter } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { exportFrom, formatExporter } from '@perf/export-core';
import type { ArrowOptions, ArrowStyle } from './arrow-options.ts';
import { arrowStyle } from './arrow-options.ts';
import { planColumns } from './columns/plan-columns.ts';
import { ArrowEncoder } from './ipc/arrow-encoder.ts';
import { LZ4_OUTPUT_VERSION } from './ipc/lz4-frame.ts';
import { FileMessages, StreamMessages } from './ipc/messages.ts';

/** Makes an exporter that writes Arrow IPC. Options are checked here; the exporter may be used many times, also at once. */
export function createArrowExporter(options: ArrowOptions = {}): Exporter {
  const style = arrowStyle(options);
  const { now, hashOn, compression, ...shape } = style;
  return formatExporter({
    format: style.format === 'file' ? 'arrow' : 'arrow-stream',
    resumable: true,
    shape: { ...shape, compression, codec: codecVersion(compression) },
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

/** What compressed bytes depend on: they differ between builds of zstd, and between releases of our LZ4 that say so. */
function codecVersion(compression: ArrowStyle['compression']): string | number | undefined {
  if (compression === 'lz4') return LZ4_OUTPUT_VERSION;
  return compression === 'zstd' ? process.versions['zstd'] : undefined;
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
