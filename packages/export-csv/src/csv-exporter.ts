import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
} from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { TableEncoder, exportFrom, packerFor, runExport } from '@perf/export-core';
import { csvPlan } from './csv-layout.ts';
import type { CsvOptions, CsvStyle } from './csv-options.ts';
import { csvStyle } from './csv-options.ts';

/** Makes an exporter that writes CSV (RFC 4180). Options are checked here; the exporter may be used many times, also at once. */
export function createCsvExporter(options: CsvOptions = {}): Exporter {
  return new CsvExporter('csv', csvStyle(options));
}

/** Makes an exporter that writes tab-separated values: CSV with a tab between values. */
export function createTsvExporter(options: Omit<CsvOptions, 'delimiter'> = {}): Exporter {
  return new CsvExporter('tsv', csvStyle({ ...options, delimiter: '\t' }));
}

/**
 * Writes batches or plain rows as CSV and resolves with the manifest.
 *
 * @example
 * await exportCsv([{ id: 1, city: 'Zürich' }], fileSink('cities.csv'));
 */
export async function exportCsv(
  source: ExportInput,
  sink: ExportSink,
  options: CsvOptions & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createCsvExporter(options), source, sink, options);
}

class CsvExporter implements Exporter {
  readonly format: string;
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: true,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: CsvStyle;

  constructor(format: string, style: CsvStyle) {
    this.format = format;
    this.#style = style;
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const style = this.#style;
    const { compression, now, hashOn, ...shape } = style;
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: (schema) => {
        const { layout, room, warnings } = csvPlan(schema, style);
        return new TableEncoder(schema, layout, room, warnings);
      },
      packer: compression === undefined ? undefined : () => packerFor(compression),
      shape: { ...shape, compression },
      compression: compression?.format,
      now,
      hashOn,
    });
  }
}
