import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
} from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { exportFrom, runExport } from '@perf/export-core';
import type { ArrowOptions, ArrowStyle } from './arrow-options.ts';
import { arrowStyle } from './arrow-options.ts';
import { planColumns } from './columns/plan-columns.ts';
import { ArrowEncoder } from './ipc/arrow-encoder.ts';
import { registerZstd } from './ipc/body-codec.ts';
import { FileMessages, StreamMessages } from './ipc/messages.ts';

/** Makes an exporter that writes Arrow IPC. Options are checked here; the exporter may be used many times, also at once. */
export function createArrowExporter(options: ArrowOptions = {}): Exporter {
  return new ArrowExporter(arrowStyle(options));
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

class ArrowExporter implements Exporter {
  readonly format: string;
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: true,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: ArrowStyle;

  constructor(style: ArrowStyle) {
    this.format = style.format === 'file' ? 'arrow' : 'arrow-stream';
    this.#style = style;
    if (style.compression === 'zstd') registerZstd();
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const style = this.#style;
    const { now, hashOn, compression, ...shape } = style;
    // Compressed bytes differ between builds of zstd.
    const codec = compression === undefined ? undefined : process.versions['zstd'];
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: (schema) => {
        const messages =
          style.format === 'file' ? new FileMessages(compression) : new StreamMessages(compression);
        return new ArrowEncoder(schema, planColumns(schema, style), messages);
      },
      shape: { ...shape, compression, codec },
      now,
      hashOn,
    });
  }
}
