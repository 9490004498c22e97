// How many times faster is a page of rows than pdfkit's own table, and does memory stay flat?
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { batchSource } from '@perf/contracts';
import { exportPdf, fileSink } from '@perf/export-pdf';
import type { CaseReport, Figure } from '@perf/testkit/measure';
import {
  comparePairs,
  exportBench,
  figureOf,
  median,
  mixedRowBatches,
  mixedSchema,
  mixedSource,
  peerVersion,
  quartiles,
  rowRate,
  runChild,
} from '@perf/testkit/measure';
import PdfkitDocument from 'pdfkit';

const ROWS = 1_000_000;
/** `doc.table` keeps less than 4,000 rows a second. */
const TABLE_ROWS = 10_000;
/**
 * Rows per batch, on both sides. A page takes longer than a collection of young memory: of a batch of 4,096 rows each collection finds much
 * alive, and after some 700,000 rows V8 doubles its young memory, once, by some 30 MiB.
 */
const BATCH_ROWS = 1024;
const SIZE = 6;
const PADDING = 2;
const MARGIN = 20;
const SANS = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';
/** What ours measures on these rows, in points. */
const WIDTHS = {
  Helvetica: [30.73, 57.42, 32.4, 72.43, 77.09, 33.4, 66.74, 58.31, 21.05, 352.32],
  [SANS]: [34.58, 65.12, 36.49, 82.3, 87, 36.71, 73.3, 65.24, 22.28, 298.87],
} as const;
const TITLES = mixedSchema.fields.map(({ name }) => name);

async function writeOurs(path: string, rows: number, fonts?: readonly string[]): Promise<object> {
  const source = batchSource(mixedSchema, mixedRowBatches(rows, BATCH_ROWS));
  const { bytes } = await exportPdf(source, fileSink(path), {
    landscape: true,
    margins: MARGIN,
    fontSize: SIZE,
    cellPadding: PADDING,
    rules: 'grid',
    stripes: false,
    pageFooter: false,
    ...(fonts === undefined ? {} : { fonts }),
  });
  return { bytes };
}

/** Rows as text, since `doc.table` takes nothing else, in columns as wide as ours; the titles come again for every page. */
async function writePeer(path: string, rows: number, font: 'Helvetica' | typeof SANS): Promise<object> {
  const doc = new PdfkitDocument({ size: 'A4', layout: 'landscape', margin: MARGIN, font });
  const file = createWriteStream(path);
  doc.pipe(file);
  doc.fontSize(SIZE);
  const table = doc.table({
    columnStyles: [...WIDTHS[font]],
    defaultStyle: { padding: [PADDING / 2, PADDING], border: 0.5 },
  });
  let hasNewPage = true;
  doc.on('pageAdded', () => (hasNewPage = true));
  for await (const batch of mixedRowBatches(rows, BATCH_ROWS))
    for (const row of batch.rows) {
      if (hasNewPage) {
        hasNewPage = false;
        table.row([...TITLES]);
      }
      table.row(TITLES.map((name) => text(row[name])));
      if (file.writableNeedDrain) await once(file, 'drain');
    }
  table.end();
  doc.end();
  await finished(file);
  return { bytes: (await stat(path)).size };
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : `${Number(value)}`;
}

/** The same rows in one case after the other, each in a process of its own; the first is not counted. */
async function repeat(which: string, rows: number, times: number): Promise<CaseReport[]> {
  const reports: CaseReport[] = [];
  for (let i = 0; i <= times; i++) reports.push(await runChild(caseOf(which, rows)));
  return reports.slice(1);
}

function caseOf(which: string, rows: number): Parameters<typeof runChild>[0] {
  return { module: import.meta.url, args: ['--case', which, String(rows)] };
}

function figureOfMany(id: string, unit: string, values: readonly number[], note: string): Figure {
  return { id, value: median(values), unit, n: values.length, spread: quartiles(values), note };
}

await exportBench({
  module: import.meta.url,
  file: 'out.pdf',
  // Each writes the same page: the same columns, wrapped text, lines around every cell.
  cases: {
    ours: async (path, rows) => writeOurs(path, rows),
    peer: async (path, rows) => writePeer(path, rows, 'Helvetica'),
    'ours-fonts': async (path, rows) => writeOurs(path, rows, [SANS]),
    'peer-fonts': async (path, rows) => writePeer(path, rows, SANS),
    // Cyrillic and Vietnamese letters come from the second font; for Chinese ones a mark is found in it.
    fallback: async (path, rows) => writeOurs(path, rows, ['Helvetica', SANS]),
  },
  aborted: (folder) => ({
    source: () => mixedSource(100_000_000),
    run: (source, signal) => exportPdf(source, fileSink(`${folder}/out.pdf`), { signal }),
  }),
  async measure(tools) {
    const rows = tools.rows(ROWS);
    const tableRows = tools.rows(TABLE_ROWS);
    const peer = `${peerVersion('pdfkit', import.meta.url)} doc.table`;
    const note = `${tableRows} rows × 10 columns, wrapped, with grid and repeated titles`;
    const standard = await tools.pairs('ours', 'peer', tableRows);
    const fonts = await tools.pairs('ours-fonts', 'peer-fonts', tableRows);
    const fallback = await repeat('fallback', rows / 10, 5);
    const growth = await comparePairs({
      ours: caseOf('ours', rows),
      peer: caseOf('ours', rows / 2),
      direction: 'max',
      figure: (report) => report.peakRssMb,
      discard: 0,
    });
    const theirPeak = median(standard.peer.map(({ peakRssMb }) => peakRssMb)).toFixed(0);
    return [
      figureOf('pdf.vs-doc-table', standard, { peer, note: `${note}, Helvetica, ${rowRate(standard.ours)}` }),
      figureOf('pdf.fonts.vs-doc-table', fonts, {
        peer,
        note: `${note}, DejaVu Sans embedded, ${rowRate(fonts.ours)}`,
      }),
      figureOfMany(
        'pdf.fallback.rows-per-s',
        'rows/s',
        fallback.map(({ rows: written = 0, ms }) => (written * 1000) / ms),
        `${rows / 10} rows in Helvetica, what it lacks in DejaVu Sans`,
      ),
      figureOf('pdf.rss-double', growth, {
        peer: `itself at ${rows / 2} rows`,
        note: `peak at ${rows} rows in batches of ${BATCH_ROWS}, ${rowRate(growth.ours)}`,
      }),
      figureOfMany(
        'pdf.peak-rss-mb',
        'MiB',
        growth.ours.map(({ peakRssMb }) => peakRssMb),
        `${rows} rows in batches of ${BATCH_ROWS}; doc.table at ${tableRows}: ${theirPeak} MiB`,
      ),
      await tools.abortFigure('pdf.abort-ms'),
    ];
  },
});
