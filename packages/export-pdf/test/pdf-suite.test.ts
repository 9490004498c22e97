import type { PdfOptions } from '@perf/export-pdf';
import { createPdfExporter } from '@perf/export-pdf';
import { missingReaderTools } from '@perf/services/readers';
import type { ReadBack } from '@perf/testkit';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { readTable } from './read-table.ts';
import { DEJAVU_LACK, STANDARD_LACK, shownText } from './shown-text.ts';

const WIDTHS = { id: 40, text: 400, amount: 150, account: 130, flag: 40, price: 100, day: 70, at: 140 };
const MARGIN = 20;

const options: PdfOptions = {
  pageSize: 'A3',
  landscape: true,
  margins: MARGIN,
  pageFooter: false,
  columns: Object.entries(WIDTHS).map(([name, width]) => ({ name, width, align: 'left' })),
};

async function read(bytes: Uint8Array): Promise<ReadBack> {
  let edge = MARGIN;
  const edges = Object.values(WIDTHS).map((width) => (edge += width) - width);
  return readTable(bytes, edges);
}

const missing = missingDejavu() ?? (await missingReaderTools(['mutool']));

describe.skipIf(missing !== undefined)(`createPdfExporter with an embedded font ${missing ?? ''}`, () => {
  exporterSuite({
    create: () => createPdfExporter({ ...options, fonts: [DEJAVU.sans] }),
    read,
    shown: (value) => shownText(value, DEJAVU_LACK),
    timeoutMs: 120_000,
  });
});

describe.skipIf(missing !== undefined)(
  `createPdfExporter with a chain of fonts, lines and shades ${missing ?? ''}`,
  () => {
    exporterSuite({
      create: () =>
        createPdfExporter({ ...options, fonts: ['Times-Roman', DEJAVU.sans], rules: 'grid', fontSize: 6 }),
      read,
      shown: (value) => shownText(value, DEJAVU_LACK),
      timeoutMs: 120_000,
    });
  },
);

describe.skipIf(missing !== undefined)(`createPdfExporter with a standard font ${missing ?? ''}`, () => {
  exporterSuite({
    create: () => createPdfExporter(options),
    read,
    shown: (value) => shownText(value, STANDARD_LACK),
    timeoutMs: 120_000,
  });
});
