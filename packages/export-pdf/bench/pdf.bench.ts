// How many times faster is a page of rows than pdfkit's own table, and does memory stay flat?
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { batchSource } from '@perf/contracts';
import { exportPdf, fileSink } from '@perf/export-pdf';
import type { Case, CaseReport, Figure } from '@perf/testkit/measure';
import {
  comparePairs,
  figureOf,
  median,
  mixedRowBatches,
  mixedSchema,
  parseBenchArgs,
  peerVersion,
  printFigures,
  quartiles,
  runCase,
  writeFigures,
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

/** Each writes `rows` rows to `path`: the same page, the same columns, wrapped text, lines around every cell. */
const cases: Readonly<Record<string, (path: string, rows: number) => Promise<object>>> = {
  ours: (path, rows) => writeOurs(path, rows, undefined),
  peer: (path, rows) => writePeer(path, rows, 'Helvetica'),
  'ours-fonts': (path, rows) => writeOurs(path, rows, SANS),
  'peer-fonts': (path, rows) => writePeer(path, rows, SANS),
};

async function writeOurs(path: string, rows: number, font: string | undefined): Promise<object> {
  const source = batchSource(mixedSchema, mixedRowBatches(rows, BATCH_ROWS));
  const { bytes } = await exportPdf(source, fileSink(path), {
    landscape: true,
    margins: MARGIN,
    fontSize: SIZE,
    cellPadding: PADDING,
    rules: 'grid',
    stripes: false,
    pageFooter: false,
    ...(font === undefined ? {} : { fonts: [font] }),
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

async function runOne(run: (path: string, rows: number) => Promise<object>, rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-pdf-'));
  try {
    await runCase(async () => ({ rows, ...(await run(join(folder, 'out.pdf'), rows)) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function caseOf(which: string, rows: number): Case {
  return { module: import.meta.url, args: ['--case', which, String(rows)] };
}

async function compare(rows: number, tableRows: number, json: string | undefined): Promise<void> {
  const peer = `${peerVersion('pdfkit', import.meta.url)} doc.table`;
  const note = `${tableRows} rows × 10 columns, wrapped, with grid and repeated titles`;
  const standard = await comparePairs({
    ours: caseOf('ours', tableRows),
    peer: caseOf('peer', tableRows),
    direction: 'min',
  });
  const fonts = await comparePairs({
    ours: caseOf('ours-fonts', tableRows),
    peer: caseOf('peer-fonts', tableRows),
    direction: 'min',
  });
  const growth = await comparePairs({
    ours: caseOf('ours', rows),
    peer: caseOf('ours', rows / 2),
    direction: 'max',
    figure: (report) => report.peakRssMb,
    discard: 0,
  });
  const peaks = growth.ours.map((report) => report.peakRssMb);
  const figures: Figure[] = [
    figureOf('pdf.vs-doc-table', standard, { peer, note: `${note}, Helvetica, ${rate(standard.ours)}` }),
    figureOf('pdf.fonts.vs-doc-table', fonts, {
      peer,
      note: `${note}, DejaVu Sans embedded, ${rate(fonts.ours)}`,
    }),
    figureOf('pdf.rss-double', growth, {
      peer: `itself at ${rows / 2} rows`,
      note: `peak at ${rows} rows in batches of ${BATCH_ROWS}, ${rate(growth.ours)}`,
    }),
    {
      id: 'pdf.peak-rss-mb',
      value: median(peaks),
      unit: 'MiB',
      n: peaks.length,
      spread: quartiles(peaks),
      note: `${rows} rows; doc.table at ${tableRows}: ${median(standard.peer.map((report) => report.peakRssMb)).toFixed(0)} MiB`,
    },
  ];
  printFigures(figures);
  if (json !== undefined) writeFigures(json, figures);
}

function rate(reports: readonly CaseReport[]): string {
  const perSecond = median(reports.map(({ rows = 0, ms }) => rows / ms));
  return `${perSecond.toFixed(1)} krows/s`;
}

const { json, quick, case: name, rest } = parseBenchArgs();
const single = name === undefined ? undefined : cases[name];
if (name !== undefined && single === undefined) throw new Error(`there is no case ${name}`);
if (single !== undefined) await runOne(single, Number(rest[0] ?? TABLE_ROWS));
else await compare(quick ? ROWS / 10 : ROWS, quick ? TABLE_ROWS / 4 : TABLE_ROWS, json);
