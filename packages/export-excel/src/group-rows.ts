import { createHash } from 'node:crypto';
import type { Batch } from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import type { WarningCounter } from '@perf/export-core';
import type { CellPlan } from './cell-plan.ts';
import { columnReader } from './column-reader.ts';
import { groupText } from './group-text.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { StyleSheet } from './style-sheet.ts';
import { MAX_CELL_UNITS, shortened } from './text-cell.ts';
import { textCellXml } from './text-cell-xml.ts';

const BETWEEN = '   ';

interface Heading {
  /** The row before which it stands, counted from the first of all. */
  readonly row: number;
  readonly text: string;
  /** Tells its group from the one before. */
  readonly key: string;
}

interface GroupColumn {
  readonly column: SheetColumn;
  /** What stands for a value; undefined for one that does not fit. */
  readonly text: (value: unknown) => string | undefined;
}

/** Rows that stand before each new value of the grouping columns, as in `Region: North   City: Berlin`. */
export class GroupRows {
  readonly #columns: readonly GroupColumn[];
  readonly #style: number;
  readonly #cut: WarningCounter;
  readonly #replaced: WarningCounter;
  /** Those to come of the batch that was loaded, and the first of them. */
  #headings: Heading[] = [];
  #next = 0;
  /** Values and key of the last row that was looked at; only new values are worth a key. */
  #lastText: string | undefined;
  #last: string | undefined;
  /** Key of the group that is being written. */
  #written = '';

  constructor(
    groups: readonly string[],
    columns: readonly SheetColumn[],
    { style, warnings }: CellPlan,
    styles: StyleSheet,
  ) {
    this.#style = styles.idOf({ font: 'strong' });
    this.#columns = groups.flatMap((name) =>
      columns
        .filter(({ field }) => field.name === name)
        .map((column) => ({ column, text: groupText(column, style) })),
    );
    this.#cut = warnings.counter(
      'text-truncated',
      `headings of groups were cut to ${MAX_CELL_UNITS} characters`,
    );
    this.#replaced = warnings.counter(
      'lone-surrogate-replaced',
      'headings of groups with half a surrogate pair, which UTF-8 cannot hold, got U+FFFD in its place',
    );
  }

  /** The row before which the next heading stands, as far as batches are loaded. */
  get nextRow(): number {
    return this.#headings[this.#next]?.row ?? Number.POSITIVE_INFINITY;
  }

  /** Looks where groups begin in a batch. @param first number of its first row, from 0 */
  load(batch: Batch, first: number): void {
    const readers = this.#columns.map(({ column }) => columnReader(batch, column));
    this.#headings = [];
    this.#next = 0;
    const length = batchLength(batch);
    for (let r = 0; r < length; r++) {
      const values = readers.map((read) => read(r));
      const text = plainText(values);
      if (text === this.#lastText) continue;
      this.#lastText = text;
      const key = keyOf(text);
      if (key === this.#last) continue;
      this.#last = key;
      this.#headings.push({ row: first + r, text: this.#textOf(values), key });
    }
  }

  /** Takes the heading that stands before a row; undefined when there is none. */
  take(row: number): string | undefined {
    const heading = this.#headings[this.#next];
    if (heading === undefined || heading.row !== row) return undefined;
    this.#next++;
    this.#written = heading.key;
    if (heading.text.length > MAX_CELL_UNITS) this.#cut.count++;
    if (!shortened(heading.text).isWellFormed()) this.#replaced.count++;
    return heading.text;
  }

  /** A heading as row `row` of a sheet. */
  xml(text: string, row: number): string {
    return `<row r="${row}">${textCellXml(`A${row}`, this.#style, text)}</row>`;
  }

  /** For a checkpoint: what tells whether the next row begins a group, without its values. */
  state(): unknown {
    return this.#written;
  }

  resume(state: unknown): void {
    if (typeof state !== 'string')
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of groups');
    this.#written = state;
    this.#last = state;
  }

  #textOf(values: readonly unknown[]): string {
    const texts = this.#columns.map(({ column, text }, i) => {
      const value = values[i];
      return `${column.header}: ${value === null || value === undefined ? '' : (text(value) ?? '')}`;
    });
    return texts.join(BETWEEN);
  }
}

/** Equal for equal values, whatever the batches hold them as. */
function plainText(values: readonly unknown[]): string {
  return JSON.stringify(values.map(plainOf), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

/** Hashed, because checkpoints must not hold values in clear. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Numbers as text, whether they came as bigint or not. */
function plainOf(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? String(value) : value;
}
