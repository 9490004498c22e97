// How many times faster is CSV than fast-csv, from rows, from columns and compressed, and does memory stay flat?
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, finished } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { BatchSource } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import type { CsvOptions } from '@perf/export-csv';
import { exportCsv, fileSink, writableSink } from '@perf/export-csv';
import type { ExportCase } from '@perf/testkit/measure';
import {
  MIXED_CYCLE,
  copyByDuckDb,
  exportBench,
  figureOf,
  fileReport,
  mixedColumnBatches,
  mixedRowBatches,
  mixedSchema,
  mixedSource,
  mustBeEqual,
  rowRate,
} from '@perf/testkit/measure';
import { format } from 'fast-csv';

const ROWS = 1_000_000;
const PEER = 'fast-csv 5.0.8';
const NEWLINE = '\n';
const LEVEL = 1;
/** The level whose size is that of DuckDB's gzip, which has no option for it. */
const DUCKDB_LEVEL = 6;
const COPY = 'DuckDB 1.5.5, COPY on one thread from its memory';

function rowSourceOf(rows: number): BatchSource {
  return batchSource(mixedSchema, mixedRowBatches(rows));
}

function writeOurs(source: (rows: number) => BatchSource, options: CsvOptions = {}): ExportCase {
  return async (path, rows) => {
    const batches = source(rows);
    const start = performance.now();
    const { bytes, sha256, warnings } = await exportCsv(batches, fileSink(path), options);
    const ms = performance.now() - start;
    if (warnings.length > 0) throw new Error(`the data was changed: ${JSON.stringify(warnings)}`);
    return { ms, bytes, sha256 };
  };
}

/** fast-csv with ISO text for dates, in batches as ours; it writes no final newline. */
function writePeer(cycle?: number): ExportCase {
  return async (path, rows) => {
    const dates = { dates: 'iso', ...(cycle === undefined ? {} : { cycle }) } as const;
    const batches = mixedRowBatches(rows, undefined, dates);
    const start = performance.now();
    const csv = format({ headers: true });
    const file = createWriteStream(path);
    csv.pipe(file);
    for await (const batch of batches)
      for (const row of batch.rows) if (!csv.write(row)) await once(csv, 'drain');
    csv.end();
    await finished(file);
    const ms = performance.now() - start;
    return { ms, ...(await fileReport(path, NEWLINE)) };
  };
}

/** The same writer, its output through one gzip stream, as one would do without ours. */
async function writeThroughGzip(path: string, rows: number): Promise<object> {
  const start = performance.now();
  const text = new PassThrough();
  const gzip = createGzip({
    level: LEVEL,
    memLevel: 9,
    chunkSize: 256 * 1024,
    strategy: constants.Z_DEFAULT_STRATEGY,
  });
  const written = pipeline(text, gzip, createWriteStream(path));
  await exportCsv(rowSourceOf(rows), writableSink(text));
  await written;
  return { ms: performance.now() - start, bytes: (await stat(path)).size };
}

function duckDb(options: string): ExportCase {
  return copyByDuckDb({
    connect: async () => {
      // Only where it is used, because its code counts in the memory of a process.
      const { DuckDBInstance } = await import('@duckdb/node-api');
      return (await DuckDBInstance.create(':memory:')).connect();
    },
    fill: async (path, rows) => exportCsv(rowSourceOf(rows), fileSink(path, { fsync: false })),
    reader: 'read_csv',
    options: `FORMAT csv, HEADER${options}`,
  });
}

await exportBench({
  module: import.meta.url,
  file: 'out.csv',
  cases: {
    ours: writeOurs(rowSourceOf),
    columns: writeOurs((rows) => batchSource(mixedSchema, mixedColumnBatches(rows))),
    gzip: writeOurs(rowSourceOf, { compression: { format: 'gzip', level: LEVEL } }),
    'gzip as DuckDB': writeOurs(rowSourceOf, { compression: { format: 'gzip', level: DUCKDB_LEVEL } }),
    DuckDB: duckDb(''),
    'DuckDB gzip': duckDb(', COMPRESSION gzip'),
    'fast-csv': writePeer(),
    'fast-csv of the columns': writePeer(MIXED_CYCLE),
    createGzip: writeThroughGzip,
  },
  aborted: (folder) => ({
    source: () => mixedSource(100_000_000),
    run: (source, signal) => exportCsv(source, fileSink(`${folder}/out.csv`), { signal }),
  }),
  async measure(tools) {
    const rows = tools.rows(ROWS);
    const size = `${rows} rows × 10 columns`;
    const speed = await tools.pairs('ours', 'fast-csv', rows);
    const columns = await tools.pairs('columns', 'fast-csv of the columns', rows);
    const gzip = await tools.pairs('gzip', 'createGzip', rows);
    const copy = await tools.pairs('ours', 'DuckDB', rows);
    const gzipCopy = await tools.pairs('gzip as DuckDB', 'DuckDB gzip', rows / 5);
    mustBeEqual([...speed.ours, ...speed.peer]);
    mustBeEqual([...columns.ours, ...columns.peer]);
    return [
      figureOf('csv.rows.vs-fast-csv', speed, {
        peer: PEER,
        note: `${size}, guard and sha256 on, ${rowRate(speed.ours)}`,
      }),
      figureOf('csv.columns.vs-fast-csv', columns, {
        peer: PEER,
        note: `${size}, text as offsets and bytes, handed over as an engine does, ${rowRate(columns.ours)}`,
      }),
      figureOf('csv-gz.vs-create-gzip', gzip, {
        peer: `the same rows through createGzip of Node ${process.versions.node}`,
        note: `${size}, level ${LEVEL}, ${rowRate(gzip.ours)}, ${gzip.ours[0]?.bytes} bytes; createGzip ${gzip.peer[0]?.bytes} bytes`,
      }),
      figureOf('csv.rows.vs-duckdb-copy', copy, { peer: COPY, note: `${size}, ${rowRate(copy.peer)} there` }),
      figureOf('csv-gz.vs-duckdb-copy', gzipCopy, {
        peer: COPY,
        note: `${rows / 5} rows, level ${DUCKDB_LEVEL}, ${gzipCopy.ours[0]?.bytes} bytes; DuckDB ${gzipCopy.peer[0]?.bytes} bytes`,
      }),
      tools.peak('csv.rows.peak-rss-mb', speed, PEER),
      await tools.growth('csv.rows.rss-double', 'ours', rows * 5),
      await tools.abortFigure('csv.abort-ms'),
    ];
  },
});
