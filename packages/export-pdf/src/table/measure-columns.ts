import { MASK } from '@perf/export-core';
import type { PdfStyle } from '../pdf-options.ts';
import type { TextStyle } from '../page/text-writer.ts';
import { isIdeographic, isSpace } from '../text/code-points.ts';
import type { GlyphBuffer } from '../text/glyph-buffer.ts';
import { LINE_BREAK } from '../text/glyph-buffer.ts';
import { NO_FAULTS } from '../text/text-faults.ts';
import { balanceWidths } from './balance-widths.ts';
import type { WidthWish } from './column-widths.ts';
import { fitWidths } from './column-widths.ts';
import type { RowSource } from './row-source.ts';
import type { TableColumn } from './table-column.ts';

/** Rows that column widths are measured on. */
export const SAMPLE_ROWS = 500;

/** A word longer than this, in widths of a digit, may be cut to make room. */
const WORD_DIGITS = 16;
/** Room for what later rows may hold beyond the sample, in digits: numbers grow, and so do their sums. */
const NUMBER_DIGITS = 1;
const TOTAL_DIGITS = 3;
const KEY_DIGITS = 8;
/** What rounding of widths must not cost. */
const SLACK = 4;
const ZERO = 48;

/** Numbers and dates get less of the width that is left over: they would stand far from what is beside them. */
const TYPED_STRETCH = 0.2;
/** Rows whose height is looked at when widths are balanced. */
const BALANCED_ROWS = 100;

interface Measured {
  line: number;
  word: number;
  /** Width of each of the first texts, as one line. */
  readonly texts: number[];
}

/** Widths of the columns in hundredths of a point, from their titles and the first rows. */
export function measureColumns(
  columns: readonly TableColumn[],
  samples: readonly RowSource[],
  style: PdfStyle,
  body: TextStyle,
  bold: TextStyle,
  glyphs: GlyphBuffer,
): number[] {
  const { box } = style;
  const padding = Math.round(style.cellPadding * 200);
  const digit = widthOfDigit(body);
  const texts: number[][] = [];
  const labels = columns.map((_, c) => labelsAt(c, columns, style));
  const wishes = columns.map((column, c): WidthWish => {
    const title: Measured = { line: 0, word: 0, texts: [] };
    glyphs.clear();
    glyphs.addText(bold.table, column.title, NO_FAULTS);
    measure(glyphs, bold.size, title);
    for (const label of labels[c] ?? []) {
      glyphs.clear();
      glyphs.addText(bold.table, label, NO_FAULTS);
      measure(glyphs, bold.size, title);
    }
    const cells = measureCells(column, c, samples, body, glyphs);
    texts.push(mayWrapAt(column) ? cells.texts : []);
    const word = Math.min(Math.max(cells.word, title.word), WORD_DIGITS * digit);
    const reserve = reserveOf(column, cells.line, digit, style);
    const high = Math.max(title.line, cells.line + reserve);
    const mayWrap = mayWrapAt(column);
    if (column.characters !== undefined) {
      const wanted = Math.ceil(column.characters * digit) + padding + SLACK;
      return {
        fixed: undefined,
        low: wanted,
        reserve: 0,
        high: wanted,
        stretch: 1,
        least: leastOf(digit, padding),
      };
    }
    return {
      fixed: column.width === undefined ? undefined : Math.round(column.width * 100),
      low: Math.ceil(mayWrap ? word : Math.max(word, cells.line)) + padding + SLACK,
      reserve: Math.ceil(mayWrap ? 0 : reserve),
      high: Math.ceil(high) + padding + SLACK,
      stretch: mayWrap ? 1 : TYPED_STRETCH,
      least: leastOf(digit, padding),
    };
  });
  const widths = fitWidths(wishes, box.right - box.left, style.fillWidth);
  const elastic = wishes.map(({ fixed, low, high }, c) => ({
    low: fixed ?? low,
    high: fixed ?? high,
    texts: texts[c] ?? [],
  }));
  return balanceWidths(elastic, widths, padding);
}

/** What stands in column `c` before the totals: the labels of those that it is the first not to have. */
function labelsAt(c: number, columns: readonly TableColumn[], { totals, totalLabels }: PdfStyle): string[] {
  const aggregates = [...new Set(totals.map(({ aggregate }) => aggregate))];
  return aggregates.flatMap((aggregate) => {
    const named = new Set(totals.filter((total) => total.aggregate === aggregate).map(({ field }) => field));
    const first = columns.findIndex(({ field }) => !named.has(field.name));
    return first === c ? [totalLabels[aggregate]] : [];
  });
}

/** Numbers and dates are not to be torn. */
function mayWrapAt({ field, overflow }: TableColumn): boolean {
  const { kind } = field.type;
  const isText = kind === 'utf8' || kind === 'json' || kind === 'list' || kind === 'binary';
  return isText && overflow === 'wrap';
}

function leastOf(digit: number, padding: number): number {
  return Math.ceil(digit * 2) + padding;
}

function widthOfDigit({ table, size }: TextStyle): number {
  const glyph = table.glyphOf(ZERO);
  return ((typeof glyph === 'number' ? 556 : glyph.advance) * size) / 10;
}

function measureCells(
  column: TableColumn,
  c: number,
  samples: readonly RowSource[],
  body: TextStyle,
  glyphs: GlyphBuffer,
): Measured {
  const found: Measured = { line: 0, word: 0, texts: [] };
  let rows = 0;
  for (const sample of samples)
    for (let r = 0; r < sample.length && rows < SAMPLE_ROWS; r++, rows++) {
      const value = sample.value(r, c);
      glyphs.clear();
      if (value !== null && value !== undefined) {
        if (column.isMasked) glyphs.addText(body.table, MASK, NO_FAULTS);
        else column.text(value, glyphs, body.table, NO_FAULTS);
      }
      const width = measure(glyphs, body.size, found);
      if (rows < BALANCED_ROWS) found.texts.push(width);
    }
  return found;
}

/** Raises `found` to the longest line and the longest word of the buffer's text, and gives its width as one line. */
function measure(glyphs: GlyphBuffer, size: number, found: Measured): number {
  let all = 0;
  let line = 0;
  let word = 0;
  const end = (): void => {
    found.word = Math.max(found.word, (word * size) / 10);
    word = 0;
  };
  for (let i = 0; i < glyphs.length; i++) {
    const advance = glyphs.advances[i] ?? 0;
    const point = glyphs.points[i] ?? 0;
    if (glyphs.codes[i] === LINE_BREAK) {
      end();
      found.line = Math.max(found.line, (line * size) / 10);
      line = 0;
      continue;
    }
    line += advance;
    all += advance;
    if (isSpace(point)) end();
    else if (isIdeographic(point)) {
      end();
      word = advance;
      end();
    } else word += advance;
  }
  end();
  found.line = Math.max(found.line, (line * size) / 10);
  return (all * size) / 10;
}

/** What a numeric column gets beyond its sample. */
function reserveOf(
  { field, isMasked, formatter }: TableColumn,
  line: number,
  digit: number,
  style: PdfStyle,
): number {
  if (isMasked) return 0;
  const total = style.totals.some((one) => one.field === field.name) ? TOTAL_DIGITS * digit : 0;
  switch (field.type.kind) {
    case 'int32':
    case 'int64':
      return total + (formatter === undefined ? Math.max(0, KEY_DIGITS * digit - line) : 0);
    case 'float64':
    case 'decimal':
      return total + NUMBER_DIGITS * digit;
    case 'bool':
    case 'utf8':
    case 'date':
    case 'timestamp':
    case 'binary':
    case 'json':
    case 'list':
      return total;
  }
}
