// How many times faster is CSV from row batches than fast-csv, and does memory stay flat?
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { batchSource, toColumns } from '@perf/contracts';
import { exportCsv, fileSink } from '@perf/export-csv';
import type { Case, CaseReport, Figure } from '@perf/testkit/measure';
import {
  comparePairs,
  figureOf,
  median,
  mixedRowBatches,
  mixedSchema,
  parseBenchArgs,
  printFigures,
  quartiles,
  runCase,
  writeFigures,
} from '@perf/testkit/measure';
import { format } from 'fast-csv';

const ROWS = 1_000_000;
const PEER = 'fast-csv 5.0.8';
const NEWLINE = '\n';

/** Each writes `rows` rows to `path` and gives the bytes and their SHA-256, the final newline included. */
const cases: Readonly<Record<string, (path: string, rows: number) => Promise<object>>> = {
  ours: (path, rows) => writeOurs(path, mixedRowBatches(rows)),
  columns: (path, rows) => writeOurs(path, columnBatches(rows)),
  peer: writePeer,
};

async function writeOurs(path: string, batches: Parameters<typeof batchSource>[1]): Promise<object> {
  const start = performance.now();
  const { bytes, sha256, warnings } = await exportCsv(batchSource(mixedSchema, batches), fileSink(path));
  const ms = performance.now() - start;
  if (warnings.length > 0) throw new Error(`the data was changed: ${JSON.stringify(warnings)}`);
  return { ms, bytes, sha256 };
}

async function* columnBatches(rows: number) {
  for await (const batch of mixedRowBatches(rows)) yield toColumns(batch);
}

/** fast-csv with ISO text for dates, in batches as ours; it writes no final newline. */
async function writePeer(path: string, rows: number): Promise<object> {
  const batches = mixedRowBatches(rows, undefined, { dates: 'iso' });
  const start = performance.now();
  const csv = format({ headers: true });
  const file = createWriteStream(path);
  csv.pipe(file);
  for await (const batch of batches)
    for (const row of batch.rows) if (!csv.write(row)) await once(csv, 'drain');
  csv.end();
  await finished(file);
  const ms = performance.now() - start;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  return { ms, bytes: (await stat(path)).size + NEWLINE.length, sha256: hash.update(NEWLINE).digest('hex') };
}

async function runOne(run: (path: string, rows: number) => Promise<object>, rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-csv-'));
  try {
    await runCase(async () => ({ rows, ...(await run(join(folder, 'out.csv'), rows)) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function caseOf(which: string, rows: number): Case {
  return { module: import.meta.url, args: ['--case', which, String(rows)] };
}

async function compare(rows: number, json: string | undefined): Promise<void> {
  const note = `${rows} rows × 10 columns`;
  const speed = await comparePairs({
    ours: caseOf('ours', rows),
    peer: caseOf('peer', rows),
    direction: 'min',
  });
  const columns = await comparePairs({
    ours: caseOf('columns', rows),
    peer: caseOf('ours', rows),
    direction: 'min',
  });
  mustBeEqual([...speed.ours, ...speed.peer, ...columns.ours]);
  const growth = await comparePairs({
    ours: caseOf('ours', rows * 10),
    peer: caseOf('ours', rows * 5),
    direction: 'max',
    figure: (report) => report.peakRssMb,
  });
  const peaks = speed.ours.map((report) => report.peakRssMb);
  const figures: Figure[] = [
    figureOf('csv.rows.vs-fast-csv', speed, {
      peer: PEER,
      note: `${note}, guard and sha256 on, ${rate(speed.ours)}`,
    }),
    {
      id: 'csv.rows.peak-rss-mb',
      value: median(peaks),
      unit: 'MiB',
      n: peaks.length,
      spread: quartiles(peaks),
      note: `${note}; ${PEER}: ${median(speed.peer.map((report) => report.peakRssMb)).toFixed(0)} MiB`,
    },
    figureOf('csv.rows.rss-double', growth, {
      peer: `itself at ${rows * 5} rows`,
      note: `peak at ${rows * 10} rows`,
    }),
  ];
  printFigures(figures);
  if (json !== undefined) writeFigures(json, figures);
}

function rate(reports: readonly CaseReport[]): string {
  const perSecond = median(reports.map(({ rows = 0, ms }) => rows / ms));
  return `${perSecond.toFixed(0)} krows/s`;
}

/** A fast wrong answer is no answer. */
function mustBeEqual(reports: readonly CaseReport[]): void {
  const outputs = new Set(reports.map((report) => `${report.bytes} ${String(report['sha256'])}`));
  if (outputs.size !== 1) throw new Error(`the outputs differ: ${[...outputs].join(', ')}`);
}

const { json, quick, case: name, rest } = parseBenchArgs();
const single = name === undefined ? undefined : cases[name];
if (name !== undefined && single === undefined) throw new Error(`there is no case ${name}`);
if (single !== undefined) await runOne(single, Number(rest[0] ?? ROWS));
else await compare(quick ? ROWS / 5 : ROWS, json);
