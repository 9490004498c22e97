import type { Exporter } from '@perf/contracts';
import { createArrowExporter, createParquetExporter } from '@perf/export-arrow';
import { createCsvExporter } from '@perf/export-csv';
import { createExcelExporter } from '@perf/export-excel';
import { createJsonExporter } from '@perf/export-json';

/** A format as it is put to the test. */
export interface ChaosFormat {
  readonly exporter: () => Exporter;
  /** Rows of each part, for a format that is resumed by whole parts. */
  readonly rowsPerPart?: number;
}

const LINKED = ['id', 'amount', 'created_at', { field: 'name', hyperlink: true }, 'city_note', 'comment'];

/** Formats that an export can go on with after a crash, by name. */
export const CHAOS_FORMATS: Readonly<Record<string, ChaosFormat>> = {
  csv: { exporter: () => createCsvExporter() },
  ndjson: { exporter: () => createJsonExporter({ format: 'ndjson' }) },
  'csv.gz': { exporter: () => createCsvExporter({ compression: 'gzip' }) },
  'ndjson.zst': { exporter: () => createJsonExporter({ format: 'ndjson', compression: 'zstd' }) },
  xlsx: { exporter: () => createExcelExporter() },
  'arrow-stream': { exporter: () => createArrowExporter({ format: 'stream' }) },
  arrow: { exporter: () => createArrowExporter({ format: 'file', dictionary: ['status'] }) },
  'xlsx-sheets': { exporter: () => createExcelExporter({ columns: LINKED, sheetRows: 90_000 }) },
  parquet: { exporter: () => createParquetExporter(), rowsPerPart: 60_000 },
};
