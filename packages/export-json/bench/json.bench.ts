// How many times faster is NDJSON from row batches than JSON.stringify per row, and does memory stay flat?
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { batchSource } from '@perf/contracts';
import { exportNdjson, fileSink } from '@perf/export-json';
import {
  copyByDuckDb,
  exportBench,
  figureOf,
  fileReport,
  mixedRowBatches,
  mixedSchema,
  mixedSource,
  mustBeEqual,
  rowRate,
} from '@perf/testkit/measure';

const ROWS = 1_000_000;
const PEER = `JSON.stringify of Node ${process.versions.node}, per row`;

async function writeOurs(path: string, rows: number): Promise<object> {
  const source = batchSource(mixedSchema, mixedRowBatches(rows));
  const start = performance.now();
  const { bytes, sha256 } = await exportNdjson(source, fileSink(path));
  return { ms: performance.now() - start, bytes, sha256 };
}

async function writePeer(path: string, rows: number): Promise<object> {
  const batches = mixedRowBatches(rows);
  const start = performance.now();
  const file = createWriteStream(path);
  for await (const batch of batches)
    for (const row of batch.rows) if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain');
  file.end();
  await finished(file);
  const ms = performance.now() - start;
  return { ms, ...(await fileReport(path)) };
}

const copy = copyByDuckDb({
  connect: async () => {
    // Only where it is used, because its code counts in the memory of a process.
    const { DuckDBInstance } = await import('@duckdb/node-api');
    return (await DuckDBInstance.create(':memory:')).connect();
  },
  fill: writeOurs,
  reader: 'read_json',
  options: 'FORMAT json',
});

await exportBench({
  module: import.meta.url,
  file: 'out.ndjson',
  cases: { ours: writeOurs, stringify: writePeer, DuckDB: copy },
  aborted: (folder) => ({
    source: () => mixedSource(100_000_000),
    run: (source, signal) => exportNdjson(source, fileSink(`${folder}/out.ndjson`), { signal }),
  }),
  async measure(tools) {
    const rows = tools.rows(ROWS);
    const speed = await tools.pairs('ours', 'stringify', rows);
    const duckDb = await tools.pairs('ours', 'DuckDB', rows);
    mustBeEqual([...speed.ours, ...speed.peer]);
    return [
      figureOf('ndjson.rows.vs-stringify', speed, {
        peer: PEER,
        note: `${rows} rows × 10 columns, sha256 on, ${rowRate(speed.ours)}`,
      }),
      figureOf('ndjson.rows.vs-duckdb-copy', duckDb, {
        peer: 'DuckDB 1.5.5, COPY on one thread from its memory',
        note: `${rows} rows × 10 columns, ${rowRate(duckDb.peer)} there`,
      }),
      tools.peak('ndjson.peak-rss-mb', speed, PEER),
      await tools.growth('ndjson.rss-double', 'ours', rows * 5),
      await tools.abortFigure('ndjson.abort-ms'),
    ];
  },
});
