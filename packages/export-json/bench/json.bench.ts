// How many times faster is NDJSON from row batches than JSON.stringify per row?
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { batchSource } from '@perf/contracts';
import { exportNdjson, fileSink } from '@perf/export-json';
import type { Case, CaseReport, Figure } from '@perf/testkit/measure';
import {
  comparePairs,
  figureOf,
  median,
  mixedRowBatches,
  mixedSchema,
  parseBenchArgs,
  printFigures,
  runCase,
  writeFigures,
} from '@perf/testkit/measure';

const ROWS = 1_000_000;

/** Each writes `rows` rows to `path` and gives the bytes and their SHA-256. */
const cases: Readonly<Record<string, (path: string, rows: number) => Promise<object>>> = {
  ours: writeOurs,
  peer: writePeer,
};

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
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  return { ms, bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

async function runOne(run: (path: string, rows: number) => Promise<object>, rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-json-'));
  try {
    await runCase(async () => ({ rows, ...(await run(join(folder, 'out.ndjson'), rows)) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function caseOf(which: string, rows: number): Case {
  return { module: import.meta.url, args: ['--case', which, String(rows)] };
}

async function compare(rows: number, json: string | undefined): Promise<void> {
  const speed = await comparePairs({
    ours: caseOf('ours', rows),
    peer: caseOf('peer', rows),
    direction: 'min',
  });
  mustBeEqual([...speed.ours, ...speed.peer]);
  const krows = median(speed.ours.map(({ ms }) => rows / ms));
  const figures: Figure[] = [
    figureOf('ndjson.rows.vs-stringify', speed, {
      peer: `JSON.stringify of Node ${process.versions.node}, per row`,
      note: `${rows} rows × 10 columns, sha256 on, ${krows.toFixed(0)} krows/s`,
    }),
  ];
  printFigures(figures);
  if (json !== undefined) writeFigures(json, figures);
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
