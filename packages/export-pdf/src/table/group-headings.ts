import { PerfError } from '@perf/contracts';
import type { TextStyle } from '../page/text-writer.ts';
import { GlyphBuffer } from '../text/glyph-buffer.ts';
import type { ColumnPlace } from './row-layout.ts';
import { RowLayout } from './row-layout.ts';
import type { RowSource } from './row-source.ts';
import type { TableColumn } from './table-column.ts';

const LABEL_END = ': ';
const BETWEEN = '   ';
const HEADING_LINES = 3;

/** Headings where the value of a grouping column changes, as in `Region: North   City: Berlin`. */
export class GroupHeadings {
  readonly #columns: readonly TableColumn[];
  readonly #grouping: readonly number[];
  readonly #style: TextStyle;
  #layout: RowLayout | undefined;
  #last: readonly unknown[] | undefined;

  constructor(groups: readonly string[], columns: readonly TableColumn[], style: TextStyle) {
    this.#columns = columns;
    this.#style = style;
    this.#grouping = groups.map((name) => {
      const index = columns.findIndex(({ field }) => field.name === name);
      if (index < 0)
        throw new PerfError(
          'ERR_PERF_INVALID_OPTION',
          `groups names ${name}, which is not among the columns`,
        );
      return index;
    });
  }

  /** Takes the place of headings. */
  begin(place: ColumnPlace, mostGlyphs: number): void {
    this.#layout = new RowLayout(new GlyphBuffer(), [place], mostGlyphs);
  }

  /** The heading to stand before a row, when it begins a group. */
  before(source: RowSource, row: number): RowLayout | undefined {
    // Apart from the rest, so that documents without groups pay nothing for its closures, row after row.
    return this.#grouping.length === 0 ? undefined : this.#headingOf(source, row);
  }

  #headingOf(source: RowSource, row: number): RowLayout | undefined {
    const layout = this.#layout;
    if (layout === undefined) return undefined;
    const values = this.#grouping.map((c) => source.value(row, c));
    const keys = values.map(keyOf);
    const last = this.#last;
    if (last !== undefined && keys.every((key, i) => Object.is(key, last[i]))) return undefined;
    this.#last = keys;
    const { glyphs } = layout;
    const { table } = this.#style;
    layout.begin(this.#style);
    for (const [i, c] of this.#grouping.entries()) {
      const column = this.#columns[c];
      if (column === undefined) continue;
      glyphs.addText(table, `${i > 0 ? BETWEEN : ''}${column.title}${LABEL_END}`, column.faults);
      const value = values[i];
      if (value !== null && value !== undefined) column.text(value, glyphs, table, column.faults);
    }
    // What was added last decides how a cell is broken into lines; a heading has several texts.
    glyphs.hasBreaks = true;
    layout.endCell('wrap', HEADING_LINES);
    return layout;
  }
}

/** A value to be compared by identity. */
function keyOf(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.getTime();
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
