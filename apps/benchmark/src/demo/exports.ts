import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { ExportManifest, Progress, QueryEngine } from '@perf/contracts';
import { toRows } from '@perf/contracts';
import { fileSink } from '@perf/export-csv';
import type { QueryService } from '@perf/query';
import { missingPackage } from '../data/missing-package.ts';

/** One file that was written. */
export interface ExportReport {
  readonly writer: string;
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly rowsPerSecond: number;
  /** Of our own files only. */
  readonly sha256?: string;
}

/** How files are written. */
export interface ExportUse {
  readonly folder: string;
  readonly rows: number;
  /** Leaves our files in the folder. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (
    name: string,
    progress: Pick<Progress, 'rows' | 'bytes' | 'rowsPerSecond' | 'etaMs'>,
  ) => void;
}

const ALL = { from: 'flights' };

/** Writes all flights as CSV and NDJSON, and as CSV by fast-csv from the same engine. */
export async function writeExports(
  service: QueryService,
  engine: QueryEngine,
  use: ExportUse,
): Promise<readonly ExportReport[]> {
  const reports: ExportReport[] = [];
  for (const format of ['csv', 'ndjson']) {
    const file = join(use.folder, `flights.${format}`);
    const manifest = await service.export(ALL, format, fileSink(file), {
      signal: use.signal,
      totalRows: use.rows,
      onProgress: (progress) => use.onProgress(`flights.${format}`, progress),
    });
    reports.push(ofManifest(manifest));
    if (!use.keep) await rm(file, { force: true });
  }
  reports.push(await writeWithFastCsv(engine, use));
  return reports;
}

function ofManifest({ format, rows, bytes, elapsedMs, sha256 }: ExportManifest): ExportReport {
  return { writer: 'perf', format, rows, bytes, elapsedMs, rowsPerSecond: rows / (elapsedMs / 1000), sha256 };
}

/** The peer: same engine, same rows, instants given as ISO text because fast-csv prints dates otherwise. */
async function writeWithFastCsv(engine: QueryEngine, use: ExportUse): Promise<ExportReport> {
  const { format } = await import('fast-csv').catch((cause: unknown) => {
    throw missingPackage('fast-csv', cause);
  });
  const file = join(use.folder, 'flights.fast-csv.partial');
  const started = performance.now();
  const stream = await engine.execute(
    { dialect: engine.dialect, text: 'SELECT * FROM flights', parameters: [] },
    { signal: use.signal },
  );
  const names = stream.schema.fields.map(({ name }) => name);
  const instants = stream.schema.fields.map(({ type }) => type.kind === 'timestamp');
  const csv = format({ headers: names });
  const out = createWriteStream(file);
  csv.pipe(out);
  let rows = 0;
  try {
    for await (const batch of stream) {
      for (const row of toRows(batch).rows) {
        const cells = Array.from(Object.values(row), (value: unknown, i) =>
          instants[i] === true ? isoText(value) : value,
        );
        if (!csv.write(cells)) await once(csv, 'drain', { signal: use.signal });
        rows++;
      }
      const seconds = (performance.now() - started) / 1000;
      use.onProgress('fast-csv', {
        rows,
        bytes: out.bytesWritten,
        rowsPerSecond: rows / seconds,
        etaMs: ((use.rows - rows) / rows) * seconds * 1000,
      });
    }
    csv.end();
    await finished(out);
    const elapsedMs = performance.now() - started;
    return {
      writer: 'fast-csv',
      format: 'csv',
      rows,
      bytes: out.bytesWritten,
      elapsedMs,
      rowsPerSecond: rows / (elapsedMs / 1000),
    };
  } finally {
    out.destroy();
    await rm(file, { force: true });
  }
}

function isoText(value: unknown): unknown {
  return typeof value === 'bigint' ? new Date(Number(value / 1000n)).toISOString() : value;
}
