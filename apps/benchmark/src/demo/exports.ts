import { join } from 'node:path';
import type { Exporter, Progress, QueryEngine, StructuredQuery } from '@perf/contracts';
import { fileSink } from '@perf/export-core';
import { profile } from '@perf/profiler';
import type { QueryService } from '@perf/query';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { writeWithFastCsv } from './fast-csv.ts';

/** One file that was written. */
export interface ExportReport {
  readonly writer: string;
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly rowsPerSecond: number;
  /** What the process held more at the end, in MiB. */
  readonly memoryDeltaMb: number;
  /** Of our own files only. */
  readonly sha256?: string;
}

/** How files are written. */
export interface ExportUse {
  readonly folder: string;
  readonly rows: number;
  /** Leaves our files in the folder; else they go to a temporary folder beside. */
  readonly keep: boolean;
  readonly formats: Readonly<Record<string, Exporter>>;
  readonly signal: AbortSignal;
  readonly onProgress: (
    name: string,
    progress: Pick<Progress, 'rows' | 'bytes' | 'rowsPerSecond' | 'etaMs'>,
  ) => void;
}

/** Nobody turns the pages of more. */
const MOST_ROWS: Readonly<Record<string, number>> = { pdf: 100_000 };

function askedFor(format: string): StructuredQuery {
  const limit = MOST_ROWS[format];
  return limit === undefined ? { from: 'flights' } : { from: 'flights', orderBy: [{ field: 'id' }], limit };
}

/** Writes all flights in every format of ours (a PDF: the first 100,000), and as CSV by fast-csv from the same engine. */
export async function writeExports(
  service: QueryService,
  engine: QueryEngine,
  use: ExportUse,
): Promise<readonly ExportReport[]> {
  await using aside = await TemporaryFolder.make(join(use.folder, 'exports-'));
  const reports: ExportReport[] = [];
  for (const format of Object.keys(use.formats)) {
    const name = `flights.${format}`;
    const { result, memoryDeltaMb } = await profile(() =>
      service.export(askedFor(format), format, fileSink(join(use.keep ? use.folder : aside.path, name)), {
        signal: use.signal,
        totalRows: Math.min(use.rows, MOST_ROWS[format] ?? use.rows),
        onProgress: (progress) => use.onProgress(name, progress),
      }),
    );
    const { rows, bytes, elapsedMs, sha256 } = result;
    const rowsPerSecond = rows / (elapsedMs / 1000);
    reports.push({ writer: 'perf', format, rows, bytes, elapsedMs, rowsPerSecond, memoryDeltaMb, sha256 });
  }
  const { result, elapsedMs, memoryDeltaMb } = await profile(() =>
    writeWithFastCsv(engine, {
      file: join(aside.path, 'fast-csv.csv'),
      rows: use.rows,
      signal: use.signal,
      onProgress: (progress) => use.onProgress('fast-csv', progress),
    }),
  );
  const rowsPerSecond = result.rows / (elapsedMs / 1000);
  reports.push({ writer: 'fast-csv', format: 'csv', ...result, elapsedMs, rowsPerSecond, memoryDeltaMb });
  return reports;
}
