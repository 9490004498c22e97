import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Progress, QueryEngine } from '@perf/contracts';
import { PerfError, isPerfError, throwIfAborted, toRows } from '@perf/contracts';
import type * as FastCsv from 'fast-csv';
import { missingPackage } from '../data/missing-package.ts';

/** How the peer writes. */
export interface FastCsvUse {
  readonly file: string;
  /** Rows that will come, for progress. */
  readonly rows: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Pick<Progress, 'rows' | 'bytes' | 'rowsPerSecond' | 'etaMs'>) => void;
}

/** The peer, which is no dependency of the published app. Throws `ERR_PERF_MISSING_PACKAGE`. */
export async function loadFastCsv(): Promise<typeof FastCsv> {
  try {
    return await import('fast-csv');
  } catch (cause) {
    throw missingPackage('fast-csv', cause);
  }
}

/** All flights as CSV by the peer: same engine, same rows, instants as ISO text because fast-csv prints dates otherwise. */
export async function writeWithFastCsv(
  engine: QueryEngine,
  use: FastCsvUse,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { format } = await loadFastCsv();
  const started = performance.now();
  const stream = await engine.execute(
    { dialect: engine.dialect, text: 'SELECT * FROM flights', parameters: [] },
    { signal: use.signal },
  );
  const instants = stream.schema.fields.map(({ type }) => type.kind === 'timestamp');
  const csv = format({ headers: stream.schema.fields.map(({ name }) => name) });
  const out = createWriteStream(use.file);
  const broken = new AbortController();
  const stopped = AbortSignal.any([use.signal, broken.signal]);
  const written = pipeline(csv, out, { signal: use.signal });
  written.catch((reason: unknown) => broken.abort(reason));
  let rows = 0;
  try {
    for await (const batch of stream) {
      for (const row of toRows(batch).rows) {
        const cells = Array.from(Object.values(row), (value: unknown, i) =>
          instants[i] === true ? isoText(value) : value,
        );
        if (!csv.write(cells)) await once(csv, 'drain', { signal: stopped });
        rows++;
      }
      const seconds = (performance.now() - started) / 1000;
      const etaMs = ((use.rows - rows) / rows) * seconds * 1000;
      use.onProgress({ rows, bytes: out.bytesWritten, rowsPerSecond: rows / seconds, etaMs });
    }
    csv.end();
    await written;
    return { rows, bytes: out.bytesWritten };
  } catch (error) {
    csv.destroy();
    throwIfAborted(use.signal, 'the export by fast-csv');
    if (isPerfError(error)) throw error;
    const cause: unknown = broken.signal.aborted ? broken.signal.reason : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PerfError('ERR_PERF_SINK_FAILED', `writing ${use.file} failed: ${reason}`, { cause });
  }
}

function isoText(value: unknown): unknown {
  return typeof value === 'bigint' ? new Date(Number(value / 1000n)).toISOString() : value;
}
