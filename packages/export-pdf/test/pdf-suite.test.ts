import type { Field } from '@perf/contracts';
import type { PdfOptions } from '@perf/export-pdf';
import { createPdfExporter } from '@perf/export-pdf';
import { missingReaderTools } from '@perf/services/readers';
import type { ReadBack } from '@perf/testkit';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { readTable } from './read-table.ts';

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

/** How text looks in a document whose fonts lack the characters that `missing` matches. */
function shownBy(missing: RegExp, replacement: string): (value: unknown, field: Field) => string {
  return (value) => {
    if (value === null || value === undefined) return '';
    if (value instanceof Date) return value.toISOString();
    if (typeof value !== 'string') return String(value);
    return (
      value
        // Line breaks and white space: where a line ends, nobody can tell whether there was a space.
        .replaceAll(/[\s\u0085]/gu, '')
        .replaceAll(/[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f]/gu, '')
        .replaceAll(/[\p{Cc}\p{Cs}]/gu, replacement)
        .replaceAll(missing, replacement)
    );
  };
}

/** What DejaVu Sans has no glyph for, of the suite's texts. */
const NOT_IN_DEJAVU =
  /[\u036b\u3040-\u30ff\u4e00-\u9fff\uff07\uffff\u{20000}-\u{2ffff}\u{1f300}-\u{1f5ff}\u{10ffff}]/gu;
const NOT_IN_WINDOWS_1252 =
  /[^\u0000-\u00ff\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]/gu;

const missing = missingDejavu() ?? (await missingReaderTools(['mutool']));

describe.skipIf(missing !== undefined)(`createPdfExporter with an embedded font ${missing ?? ''}`, () => {
  exporterSuite({
    create: () => createPdfExporter({ ...options, fonts: [DEJAVU.sans] }),
    read,
    shown: shownBy(NOT_IN_DEJAVU, '\ufffd'),
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
      shown: shownBy(NOT_IN_DEJAVU, '\ufffd'),
      timeoutMs: 120_000,
    });
  },
);

describe.skipIf(missing !== undefined)(`createPdfExporter with a standard font ${missing ?? ''}`, () => {
  exporterSuite({
    create: () => createPdfExporter(options),
    read,
    shown: shownBy(NOT_IN_WINDOWS_1252, '?'),
    timeoutMs: 120_000,
  });
});
