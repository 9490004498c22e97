import type { Field, TemplateTotal } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Figure } from './figures.ts';
import { figureOf } from './figures.ts';

/** What stands before the figures of each kind unless somebody says otherwise. */
export const TOTAL_LABELS: Readonly<Record<TemplateTotal['aggregate'], string>> = {
  sum: 'Total',
  avg: 'Average',
  min: 'Minimum',
  max: 'Maximum',
  count: 'Count',
};

/** A column that may have totals. */
export interface TotalledColumn {
  readonly field: Field;
  /** Whether its values must not be seen: then nothing but their count is built. */
  readonly isMasked: boolean;
}

/** One figure: `masked` for those of masked columns but their count, else a value; undefined when there is nothing to show. */
export type TotalFigure = { readonly kind: 'masked' } | { readonly kind: 'value'; readonly value: unknown };

/** A line of totals. */
export interface TotalLine {
  readonly aggregate: TemplateTotal['aggregate'];
  /** By column; undefined where the column has no such total. */
  readonly cells: readonly (TotalFigure | undefined)[];
}

/** Sums, averages, least and largest values and counts of columns. Integers and decimals keep every digit; doubles are summed without rounding. */
export class Totals {
  /** Columns that have a total, by their place in the table. */
  readonly columns: readonly number[];
  /** Kinds of figures, each a line, in the order in which they were asked for. */
  readonly aggregates: readonly TemplateTotal['aggregate'][];
  readonly #figures: readonly {
    readonly column: number;
    readonly aggregate: TemplateTotal['aggregate'];
    /** Undefined: masked. */
    readonly figure: Figure | undefined;
  }[];
  readonly #width: number;

  /** Throws `ERR_PERF_INVALID_OPTION` for a column that is not there, and for figures that values of its type do not have. */
  constructor(totals: readonly TemplateTotal[], columns: readonly TotalledColumn[]) {
    this.#width = columns.length;
    this.#figures = totals.map(({ field: name, aggregate }) => {
      const column = columns.findIndex(({ field }) => field.name === name);
      const found = columns[column];
      if (found === undefined)
        throw new PerfError(
          'ERR_PERF_INVALID_OPTION',
          `totals names ${name}, which is not among the columns`,
        );
      const figure = figureOf(found.field, aggregate);
      return { column, aggregate, figure: found.isMasked && aggregate !== 'count' ? undefined : figure };
    });
    this.columns = [...new Set(this.#figures.map(({ column }) => column))];
    this.aggregates = [...new Set(totals.map(({ aggregate }) => aggregate))];
  }

  /** Takes a value of a column into account. */
  add(column: number, value: unknown): void {
    for (const entry of this.#figures) if (entry.column === column) entry.figure?.add(value);
  }

  /** The lines to write. */
  lines(): readonly TotalLine[] {
    return this.aggregates.map((aggregate) => ({
      aggregate,
      cells: Array.from({ length: this.#width }, (_, i): TotalFigure | undefined => {
        const entry = this.#figures.find((one) => one.column === i && one.aggregate === aggregate);
        if (entry === undefined) return undefined;
        return entry.figure === undefined
          ? { kind: 'masked' }
          : { kind: 'value', value: entry.figure.value() };
      }),
    }));
  }

  /** All figures so far, for a checkpoint; JSON-safe. */
  state(): unknown {
    return this.#figures.map(({ figure }) => figure?.state() ?? []);
  }

  /** Goes on from the state of totals of the same columns. */
  resume(state: unknown): void {
    if (!Array.isArray(state) || state.length !== this.#figures.length)
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint has other totals');
    for (const [i, { figure }] of this.#figures.entries()) {
      const own: unknown = state[i];
      figure?.resume(Array.isArray(own) ? own.map(String) : []);
    }
  }
}
