import type { Warnings } from '@perf/export-core';
import { PerfError } from '@perf/contracts';
import { ObjectTable } from '../document/object-table.ts';
import type { Picture } from '../pdfkit/document-info.ts';
import { PdfkitShell } from '../pdfkit/pdfkit-shell.ts';
import { GlyphTable } from '../fonts/glyph-table.ts';
import type { PdfStyle } from '../pdf-options.ts';
import { GlyphBuffer } from '../text/glyph-buffer.ts';
import { CountedFaults } from '../text/text-faults.ts';
import type { RowMetrics } from '../table/row-layout.ts';
import { hundredths } from './page-size.ts';
import type { RunningPlace } from './running-text.ts';
import { RunningText } from './running-text.ts';
import type { TextStyle } from './text-writer.ts';
import { TitleBlock } from './title-block.ts';

/** Least height of a line, in font sizes. */
const LINE_HEIGHT = 1.2;
/** Between running lines and the table, in font sizes. */
const RUNNING_GAP = 1.2;
const TITLE_SIZE = 2;
const SUBTITLE_SIZE = 1.2;

/** Everything of a document but its rows: fonts, what stands around the table, and where the table may stand. */
export interface DocumentPlan {
  readonly shell: PdfkitShell;
  readonly objects: ObjectTable;
  readonly body: TextStyle;
  readonly header: TextStyle;
  /** Totals and headings of groups. */
  readonly strong: TextStyle;
  readonly running: RunningText;
  readonly titleBlock: TitleBlock;
  readonly logo: Picture | undefined;
  readonly bodyMetrics: RowMetrics;
  readonly strongMetrics: RowMetrics;
  /** Edges of the table on pages after the first, in hundredths of a point from the lower edge. */
  readonly top: number;
  readonly bottom: number;
  readonly mediaBox: readonly number[];
  readonly countBox: readonly [number, number];
}

/** Opens fonts and logo and lays out what surrounds the table. */
export function documentPlan(style: PdfStyle, warnings: Warnings): DocumentPlan {
  const { box, fontSize: size, colors } = style;
  const objects = new ObjectTable();
  const shell = new PdfkitShell(objects, style.info, style.encryption);
  const bodyTable = new GlyphTable(style.fonts.map((font) => shell.openFont(font)));
  const boldTable =
    style.boldFonts === undefined
      ? bodyTable
      : new GlyphTable(style.boldFonts.map((font) => shell.openFont(font)));
  const styled = (table: GlyphTable, color: string, points: number): TextStyle => ({
    table,
    size: round(points),
    paint: `${color} rg\n`,
  });
  const faults = new CountedFaults(
    style.missingGlyphs,
    warnings,
    undefined,
    () => 'the texts around the table',
  );
  const runningStyle = styled(bodyTable, colors.muted, size);
  const { top, bottom, lines } = runningLines(style, bodyTable);
  const logo = style.logo === undefined ? undefined : shell.openPicture(style.logo);
  const titleBlock = new TitleBlock(
    style,
    {
      title: styled(boldTable, colors.text, size * TITLE_SIZE),
      subtitle: styled(bodyTable, colors.muted, size * SUBTITLE_SIZE),
      date: styled(bodyTable, colors.muted, size),
    },
    box,
    top,
    logo === undefined ? undefined : { picture: logo, height: style.logoHeight },
    faults,
  );
  if (top - titleBlock.height - bottom < size * 300)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      'the title leaves no room for the table on the first page',
    );
  return {
    shell,
    objects,
    body: styled(bodyTable, colors.text, size),
    header: styled(boldTable, colors.headerText, size),
    strong: styled(boldTable, colors.text, size),
    running: new RunningText(lines, style, runningStyle, new GlyphBuffer(), faults),
    titleBlock,
    logo,
    bodyMetrics: metricsOf(bodyTable, style),
    strongMetrics: metricsOf(boldTable, style),
    top,
    bottom,
    mediaBox: [0, 0, box.width / 100, box.height / 100],
    countBox: [round((bodyTable.descender * size) / 1000), round((bodyTable.ascender * size) / 1000)],
  };
}

function runningLines(
  { box, pageHeader, pageFooter, fontSize: size }: PdfStyle,
  { ascender, descender }: GlyphTable,
): {
  top: number;
  bottom: number;
  lines: { line: NonNullable<PdfStyle['pageHeader']>; place: RunningPlace }[];
} {
  const rise = Math.round((ascender * size) / 10);
  const fall = Math.round((-descender * size) / 10);
  const gap = hundredths(size * RUNNING_GAP);
  const { left, right } = box;
  const lines = [];
  let { top, bottom } = box;
  if (pageHeader !== undefined) {
    lines.push({ line: pageHeader, place: { left, right, baseline: top - rise } });
    top -= rise + fall + gap;
  }
  if (pageFooter !== undefined) {
    lines.push({ line: pageFooter, place: { left, right, baseline: bottom + fall } });
    bottom += rise + fall + gap;
  }
  return { top, bottom, lines };
}

function metricsOf(
  { ascender, descender }: GlyphTable,
  { fontSize: size, cellPadding }: PdfStyle,
): RowMetrics {
  const extent = ((ascender - descender) * size) / 10;
  const lineHeight = Math.ceil(Math.max(extent, size * LINE_HEIGHT * 100));
  return {
    lineHeight,
    ascent: Math.round((lineHeight - extent) / 2 + (ascender * size) / 10),
    padding: Math.round(cellPadding * 50),
  };
}

function round(points: number): number {
  return Math.round(points * 100) / 100;
}
