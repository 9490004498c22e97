import type { Exporter } from '@perf/contracts';
import type { HashThread } from '@perf/export-core';
import { createCsvExporter } from '@perf/export-csv';
import { createJsonExporter } from '@perf/export-json';
import type { AppSwitches } from '../terminal/switches.ts';

/** Formats that are written. */
export type FileFormat = 'csv' | 'ndjson';

/** Says whether a text names a format. */
export function isFileFormat(name: string): name is FileFormat {
  return name === 'csv' || name === 'ndjson';
}

/** An exporter for each format. */
export function exportersFor({ parallel }: AppSwitches): Readonly<Record<FileFormat, Exporter>> {
  const hashOn: HashThread = parallel ? 'worker' : 'caller';
  return {
    csv: createCsvExporter({ hashOn }),
    ndjson: createJsonExporter({ format: 'ndjson', hashOn }),
  };
}
