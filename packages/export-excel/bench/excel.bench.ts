// How many times faster are workbooks than exceljs makes them, new and from a template, and does memory stay flat?
import { batchSource } from '@perf/contracts';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, fileSink } from '@perf/export-excel';
import type { CaseReport, ExportCase, Figure } from '@perf/testkit/measure';
import {
  exportBench,
  figureOf,
  fileReport,
  median,
  mixedRowBatches,
  mixedSchema,
  mixedSource,
  quartiles,
  rowRate,
  runChild,
} from '@perf/testkit/measure';

const ROWS = 300_000;
/** exceljs holds a workbook to fill in memory as a whole. */
const TEMPLATE_ROWS = 100_000;
const GROWTH_ROWS = 5_000_000;
const GROWTH_RUNS = 1;
const PEER = 'exceljs 4.4.0';

function writeOurs(options: () => Promise<ExcelOptions>): ExportCase {
  return async (path, rows) => {
    const given = await options();
    const source = batchSource(mixedSchema, mixedRowBatches(rows));
    const start = performance.now();
    const { bytes, sha256, warnings } = await exportExcel(source, fileSink(path), given);
    const ms = performance.now() - start;
    if (warnings.length > 0) throw new Error(`the data was changed: ${JSON.stringify(warnings)}`);
    return { ms, bytes, sha256 };
  };
}

function writePeer(write: (path: string, rows: number) => Promise<number>): ExportCase {
  return async (path, rows) => ({ ms: await write(path, rows), ...(await fileReport(path)) });
}

// Peers are loaded where they run: their code would count as memory of ours.
const cases: Readonly<Record<string, ExportCase>> = {
  ours: writeOurs(async () => ({})),
  exceljs: writePeer(async (path, rows) => (await import('./exceljs-peer.ts')).writeByExceljs(path, rows)),
  'ours into a template': writeOurs(async () => {
    const { templateOf } = await import('./exceljs-peer.ts');
    return { workbook: await templateOf(), startCell: 'A2' };
  }),
  'exceljs into a template': writePeer(async (path, rows) =>
    (await import('./exceljs-peer.ts')).fillByExceljs(path, rows),
  ),
};

async function runOf(which: string, rows: number): Promise<CaseReport> {
  return runChild({ module: import.meta.url, args: ['--case', which, String(rows)] });
}

/** Peaks at twice the rows by peaks at `rows`, and the larger ones by themselves; runs of a minute, so there are few. */
async function memory(rows: number): Promise<Figure[]> {
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < GROWTH_RUNS; i++) {
    small.push((await runOf('ours', rows)).peakRssMb);
    large.push((await runOf('ours', rows * 2)).peakRssMb);
  }
  const ratios = large.map((peak, i) => peak / (small[i] ?? Number.NaN));
  const note = `${median(large).toFixed(0)} MiB at ${rows * 2} rows, ${median(small).toFixed(0)} MiB at half of them`;
  return [
    { id: 'excel.rss-double', value: median(ratios), n: ratios.length, spread: quartiles(ratios), note },
    { id: 'excel.peak-rss-mb', value: Math.max(...large), unit: 'MiB', n: large.length, note },
  ];
}

await exportBench({
  module: import.meta.url,
  file: 'out.xlsx',
  cases,
  aborted: (folder) => ({
    source: () => mixedSource(100_000_000),
    run: (source, signal) => exportExcel(source, fileSink(`${folder}/out.xlsx`), { signal }),
  }),
  async measure(tools) {
    const { mustHoldTheSame } = await import('./same-cells.ts');
    await mustHoldTheSame(cases);
    // First, while no gigabyte of a finished case is still on its way to the disk.
    const aborts = await tools.abortFigure('excel.abort-ms');
    const rows = tools.rows(ROWS);
    const templateRows = tools.rows(TEMPLATE_ROWS);
    const speed = await tools.pairs('ours', 'exceljs', rows);
    const filled = await tools.pairs('ours into a template', 'exceljs into a template', templateRows);
    const rates = speed.ours.map(({ ms }) => (rows / ms) * 1000);
    const [ours, theirs] = [speed.ours[0]?.bytes, speed.peer[0]?.bytes];
    const { libxlsxwriterRate } = await import('./libxlsxwriter-peer.ts');
    const libxlsxwriter = await libxlsxwriterRate(rows);
    return [
      figureOf('excel.vs-exceljs', speed, {
        peer: `${PEER}, streaming writer`,
        note: `${rows} rows × 10 columns, equal styles, sha256 on, ${rowRate(speed.ours)} against ${rowRate(speed.peer)}; ${ours} and ${theirs} bytes; peak ${median(speed.peer.map(({ peakRssMb }) => peakRssMb)).toFixed(0)} MiB there; ${libxlsxwriter}`,
      }),
      {
        id: 'excel.rows-per-s',
        value: median(rates),
        unit: 'rows/s',
        n: rates.length,
        spread: quartiles(rates),
        note: `${rows} rows × 10 columns`,
      },
      figureOf('excel.template.vs-exceljs', filled, {
        peer: PEER,
        note: `${templateRows} rows into a drawn workbook, ${rowRate(filled.ours)} against ${rowRate(filled.peer)}`,
      }),
      ...(await memory(tools.rows(GROWTH_ROWS))),
      aborts,
    ];
  },
});
