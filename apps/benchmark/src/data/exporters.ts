import type { ExportTemplate, Exporter } from '@perf/contracts';
import { createArrowExporter, createParquetExporter } from '@perf/export-arrow';
import type { HashThread } from '@perf/export-core';
import { createCsvExporter, createTsvExporter } from '@perf/export-csv';
import { createExcelExporter } from '@perf/export-excel';
import { createJsonExporter } from '@perf/export-json';
import { createPdfExporter } from '@perf/export-pdf';
import type { AppSwitches } from '../terminal/switches.ts';

/** Formats that are written. */
export type FileFormat =
  | 'csv'
  | 'tsv'
  | 'csv.gz'
  | 'csv.zst'
  | 'json'
  | 'ndjson'
  | 'ndjson.gz'
  | 'ndjson.zst'
  | 'xlsx'
  | 'pdf'
  | 'arrow'
  | 'arrow-stream'
  | 'parquet';

/** How an exporter is made. */
interface Making {
  readonly hashOn: HashThread;
  readonly template?: ExportTemplate;
}

/** Every format, by the ending of its files. */
const FORMATS: Readonly<Record<FileFormat, (options: Making) => Exporter>> = {
  csv: (options) => createCsvExporter(options),
  tsv: (options) => createTsvExporter(options),
  'csv.gz': (options) => createCsvExporter({ ...options, compression: 'gzip' }),
  'csv.zst': (options) => createCsvExporter({ ...options, compression: 'zstd' }),
  json: (options) => createJsonExporter({ ...options, format: 'json' }),
  ndjson: (options) => createJsonExporter({ ...options, format: 'ndjson' }),
  'ndjson.gz': (options) => createJsonExporter({ ...options, format: 'ndjson', compression: 'gzip' }),
  'ndjson.zst': (options) => createJsonExporter({ ...options, format: 'ndjson', compression: 'zstd' }),
  xlsx: ({ template }) => createExcelExporter(template === undefined ? {} : { template }),
  pdf: ({ template }) => createPdfExporter(template === undefined ? {} : { template }),
  arrow: () => createArrowExporter({ format: 'file' }),
  'arrow-stream': () => createArrowExporter({ format: 'stream' }),
  parquet: () => createParquetExporter(),
};

/** Their names, as `--format` takes them. */
export const FILE_FORMATS: readonly string[] = Object.keys(FORMATS);

/** Formats that take no template. */
export const PLAIN_FORMATS: ReadonlySet<string> = new Set(['arrow', 'arrow-stream', 'parquet']);

/** Says whether a text names a format. */
export function isFileFormat(name: string): name is FileFormat {
  return FILE_FORMATS.includes(name);
}

/** An exporter for a format. */
export function exporterFor(
  format: FileFormat,
  { parallel }: AppSwitches,
  template?: ExportTemplate,
): Exporter {
  const hashOn: HashThread = parallel ? 'worker' : 'caller';
  return FORMATS[format](template === undefined ? { hashOn } : { hashOn, template });
}

/** An exporter for each of some formats. */
export function exportersFor(
  formats: readonly FileFormat[],
  switches: AppSwitches,
): Readonly<Record<string, Exporter>> {
  return Object.fromEntries(formats.map((format) => [format, exporterFor(format, switches)]));
}
