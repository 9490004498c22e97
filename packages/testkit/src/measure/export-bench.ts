import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PerfError } from '@perf/contracts';
import { parseBenchArgs } from './bench-args.ts';
import type { PairsComparison } from './compare-pairs.ts';
import { comparePairs, runChild } from './compare-pairs.ts';
import type { Figure } from './figures.ts';
import { figureOf, printFigures, writeFigures } from './figures.ts';
import type { AbortMeasure } from './measure-aborts.ts';
import { measureAborts } from './measure-aborts.ts';
import { median, quantile, quartiles } from './quantile.ts';
import type { CaseReport } from './run-case.ts';
import { runCase } from './run-case.ts';

/** Writes `rows` rows to a file and gives what it reports: at least the `ms` of the writing. */
export type ExportCase = (path: string, rows: number) => Promise<object>;

/** The bench of one format. */
export interface ExportBench {
  /** `import.meta.url` of the bench. */
  readonly module: string;
  /** Name of the file that cases write, as in `out.csv`. */
  readonly file: string;
  readonly cases: Readonly<Record<string, ExportCase>>;
  /** What `abortFigure` aborts: an export that would take much longer than a second. */
  readonly aborted: (folder: string) => Omit<AbortMeasure, 'folder'>;
  /** Takes the measurements of a whole run. */
  readonly measure: (tools: ExportBenchTools) => Promise<readonly Figure[]>;
}

const ABORTS = 'aborts';

/**
 * The main of a format's bench: alone it runs `measure` and prints the figures (`--json FILE` writes them, `--quick` takes a fifth of the
 * rows); with `--case NAME ROWS` it runs one case and reports it.
 */
export async function exportBench(bench: ExportBench): Promise<void> {
  const { json, quick, case: name, rest } = parseBenchArgs();
  if (name === undefined) {
    const figures = await bench.measure(new ExportBenchTools(bench, quick ? 0.2 : 1));
    printFigures(figures);
    if (json !== undefined) writeFigures(json, figures);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'perf-bench-'));
  try {
    if (name === ABORTS) {
      await runCase(async () => ({ found: await measureAborts({ ...bench.aborted(folder), folder }) }));
      return;
    }
    const run = bench.cases[name];
    if (run === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', `there is no case ${name}`);
    const rows = Number(rest[0]);
    await runCase(async () => ({ rows, ...(await run(join(folder, bench.file), rows)) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Measurements of the cases of one bench, each in a process of its own. */
export class ExportBenchTools {
  readonly #bench: ExportBench;
  readonly #scale: number;

  /** @param scale share of the rows to take */
  constructor(bench: ExportBench, scale: number) {
    this.#bench = bench;
    this.#scale = scale;
  }

  /** That many rows, or their share in a quick run. */
  rows(count: number): number {
    return Math.max(1, Math.round(count * this.#scale));
  }

  /** Interleaved pairs of two cases over the same rows; the ratio is the peer's time by ours. */
  async pairs(ours: string, peer: string, rows: number): Promise<PairsComparison> {
    return comparePairs({ ours: this.#case(ours, rows), peer: this.#case(peer, rows), direction: 'min' });
  }

  /** The peak RSS of a case at twice the rows by its peak at `rows`. */
  async growth(id: string, which: string, rows: number): Promise<Figure> {
    const growth = await comparePairs({
      ours: this.#case(which, rows * 2),
      peer: this.#case(which, rows),
      direction: 'max',
      discard: 0,
      figure: (report) => report.peakRssMb,
    });
    const at = (reports: readonly CaseReport[]): string =>
      median(reports.map(({ peakRssMb }) => peakRssMb)).toFixed(0);
    const note = `${at(growth.ours)} MiB at ${rows * 2} rows, ${at(growth.peer)} MiB at half of them`;
    return figureOf(id, growth, { peer: `itself at ${rows} rows`, note });
  }

  /** The peak RSS of ours in a comparison, the peer's in the note. */
  peak(id: string, { ours, peer }: PairsComparison, peerName: string): Figure {
    const peaks = ours.map(({ peakRssMb }) => peakRssMb);
    const theirs = median(peer.map(({ peakRssMb }) => peakRssMb)).toFixed(0);
    return {
      id,
      value: median(peaks),
      unit: 'MiB',
      n: peaks.length,
      spread: quartiles(peaks),
      note: `${ours[0]?.rows ?? 0} rows; ${peerName}: ${theirs} MiB`,
    };
  }

  /** The ms within which 95 % of 20 aborts have rejected, closed the source and removed every file. */
  async abortFigure(id: string): Promise<Figure> {
    const { found } = await runChild({ module: this.#bench.module, args: ['--case', ABORTS] });
    const ms = Array.isArray(found) ? found.filter((value) => typeof value === 'number') : [];
    return {
      id,
      value: quantile(ms, 0.95),
      unit: 'ms',
      n: ms.length,
      note: `95th percentile; the slowest ${Math.max(...ms).toFixed(1)} ms`,
    };
  }

  #case(which: string, rows: number): Parameters<typeof comparePairs>[0]['ours'] {
    return { module: this.#bench.module, args: ['--case', which, String(rows)] };
  }
}

/** Thousands of rows per second, as the note of a figure says it. */
export function rowRate(reports: readonly CaseReport[]): string {
  return `${median(reports.map(({ rows = 0, ms }) => rows / ms)).toFixed(0)} krows/s`;
}

/** A fast wrong answer is no answer: throws unless all reports have the same `bytes` and `sha256`. */
export function mustBeEqual(reports: readonly CaseReport[]): void {
  const outputs = new Set(reports.map((report) => `${report.bytes} ${String(report['sha256'])}`));
  if (outputs.size > 1)
    throw new PerfError('ERR_PERF_RUN_INVALID', `the outputs differ: ${[...outputs].join(', ')}`);
}

/** Size and SHA-256 of a file, for peers that do not say them. @param end bytes to count after its last */
export async function fileReport(
  path: string,
  end = '',
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  return { bytes: (await stat(path)).size + end.length, sha256: hash.update(end).digest('hex') };
}
