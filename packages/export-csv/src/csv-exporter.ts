import type { ExportManifest, ExportOptions, ExportSink, Exporter } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { TableEncoder, exportFrom, packerFor, formatExporter } from '@perf/export-core';
import { csvPlan } from './csv-layout.ts';
import type { CsvOptions, CsvStyle } from './csv-options.ts';
import { csvStyle } from './csv-options.ts';

/** Makes an exporter that writes CSV (RFC 4180). Options are checked here; the exporter may be used many times, also at once. */
export function createCsvExporter(options: CsvOptions = {}): Exporter {
  return csvExporter('csv', csvStyle(options));
}

/** Makes an exporter that writes tab-separated values: CSV with a tab between values. */
export function createTsvExporter(options: Omit<CsvOptions, 'delimiter'> = {}): Exporter {
  return csvExporter('tsv', csvStyle({ ...options, delimiter: '\t' }));
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

function csvExporter(format: string, style: CsvStyle): Exporter {
  const { compression, now, hashOn, ...shape } = style;
  return formatExporter({
    format,
    resumable: true,
    shape: { ...shape, compression },
    compression: compression?.format,
    now,
    hashOn,
    start: () => ({
      encoder: (schema) => {
        const { layout, room, warnings } = csvPlan(schema, style);
        return new TableEncoder(schema, layout, room, warnings);
      },
      packer: compression === undefined ? undefined : () => packerFor(compression),
    }),
  });
}
