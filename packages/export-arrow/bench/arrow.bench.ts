// How many times faster are Arrow and Parquet than the usual libraries, and does memory stay flat?
import type { BatchSource, ExportManifest } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { exportArrow, exportParquet, fileSink } from '@perf/export-arrow';
import type { ExportCase } from '@perf/testkit/measure';
import {
  copyByDuckDb,
  exportBench,
  figureOf,
  mixedColumnBatches,
  mixedRowBatches,
  mixedSchema,
  mixedSource,
  mustBeEqual,
  rowRate,
} from '@perf/testkit/measure';
import { copyBytes, writeByBuilders, writeByHyparquet } from './peers.ts';

const ROWS = 1_000_000;
const GROWTH_ROWS = 5_000_000;
const BUILDERS = 'apache-arrow 21.2.0, makeBuilder for each column and RecordBatchStreamWriter';
const HYPARQUET = 'hyparquet-writer 0.17.0, row groups of 65,536';

function rowSourceOf(rows: number): BatchSource {
  return batchSource(mixedSchema, mixedRowBatches(rows));
}

function columnSourceOf(rows: number): BatchSource {
  return batchSource(mixedSchema, mixedColumnBatches(rows));
}

function ours(
  source: (rows: number) => BatchSource,
  write: (source: BatchSource, path: string) => Promise<ExportManifest>,
): ExportCase {
  return async (path, rows) => {
    const batches = source(rows);
    const start = performance.now();
    const { bytes, sha256, warnings } = await write(batches, path);
    const ms = performance.now() - start;
    if (warnings.length > 0) throw new Error(`the data was changed: ${JSON.stringify(warnings)}`);
    return { ms, bytes, sha256 };
  };
}

const toArrow = async (source: BatchSource, path: string): Promise<ExportManifest> =>
  exportArrow(source, fileSink(path), { format: 'stream' });
const toParquet = async (source: BatchSource, path: string): Promise<ExportManifest> =>
  exportParquet(source, fileSink(path));

const copyParquet = copyByDuckDb({
  connect: async () => {
    // Only where it is used, because its code counts in the memory of a process.
    const { DuckDBInstance } = await import('@duckdb/node-api');
    return (await DuckDBInstance.create(':memory:')).connect();
  },
  fill: async (path, rows) => toParquet(rowSourceOf(rows), path),
  reader: 'read_parquet',
  options: 'FORMAT parquet, COMPRESSION snappy',
});

await exportBench({
  module: import.meta.url,
  file: 'out',
  cases: {
    arrow: ours(rowSourceOf, toArrow),
    'arrow of columns': ours(columnSourceOf, toArrow),
    builders: writeByBuilders,
    copy: copyBytes,
    parquet: ours(rowSourceOf, toParquet),
    'parquet of columns': ours(columnSourceOf, toParquet),
    'hyparquet-writer': writeByHyparquet,
    'DuckDB Parquet': copyParquet,
  },
  aborted: (folder) => ({
    source: () => mixedSource(100_000_000),
    run: async (source, signal) => exportParquet(source, fileSink(`${folder}/out`), { signal }),
  }),
  async measure(tools) {
    const rows = tools.rows(ROWS);
    const growth = tools.rows(GROWTH_ROWS);
    const size = `${rows} rows × 10 columns from row objects, sha256 and fsync on`;
    const arrow = await tools.pairs('arrow', 'builders', rows);
    const parquet = await tools.pairs('parquet', 'hyparquet-writer', rows);
    const duckDb = await tools.pairs('parquet of columns', 'DuckDB Parquet', rows);
    const columns = await tools.pairs('arrow of columns', 'copy', rows);
    mustBeEqual(arrow.ours);
    mustBeEqual(parquet.ours);
    return [
      figureOf('arrow.vs-builders', arrow, { peer: BUILDERS, note: `${size}, ${rowRate(arrow.ours)}` }),
      figureOf('parquet.vs-hyparquet-writer', parquet, {
        peer: HYPARQUET,
        note: `${size}, snappy, ${rowRate(parquet.ours)}, ${parquet.ours[0]?.bytes} bytes`,
      }),
      figureOf('parquet.columns.vs-duckdb-copy', duckDb, {
        peer: 'DuckDB 1.5.5, COPY on one thread from its memory',
        note: `${rows} rows from columns, ${rowRate(duckDb.ours)} against ${rowRate(duckDb.peer)}`,
      }),
      figureOf('arrow.columns.vs-copy', columns, {
        peer: 'as many bytes copied once and written',
        note: `${rows} rows from columns, ${rowRate(columns.ours)} against ${rowRate(columns.peer)}`,
      }),
      tools.peak('arrow.peak-rss-mb', arrow, 'builders'),
      tools.peak('parquet.peak-rss-mb', parquet, 'hyparquet-writer'),
      await tools.growth('arrow.rss-double', 'arrow', growth),
      await tools.growth('parquet.rss-double', 'parquet', growth),
      await tools.abortFigure('parquet.abort-ms'),
    ];
  },
});
