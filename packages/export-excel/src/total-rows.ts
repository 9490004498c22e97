import type { TemplateTotal } from '@perf/contracts';
import type { CellWriter, TotalFigure, TotalLine } from '@perf/export-core';
import { MASK, TOTAL_LABELS, Totals, isMasked } from '@perf/export-core';
import type { CellPlan } from './cell-plan.ts';
import { styleAttribute } from './cell-plan.ts';
import { dateCell, instantCell } from './date-cells.ts';
import { averageFormat } from './number-format.ts';
import type { ValueContext } from './number-cells.ts';
import { decimalCell, float64Cell, int64Cell } from './number-cells.ts';
import { bodyAlign } from './sheet-columns.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { StyleSheet } from './style-sheet.ts';
import { textCellXml } from './text-cell-xml.ts';
import { totalledCell } from './totalled-cell.ts';
import { zoneShift } from './zone-shift.ts';

/** Most bytes of a figure's cell. */
const CELL_BYTES = 512;
/** Characters that a sum needs beyond its values: those of a million rows, with separators, in bold. */
const SUM_CHARACTERS = 9;
const BOLD = 1.2;

/** The lines of totals below the last row: a label, and figures as values of their columns. */
export class TotalRows {
  /** How many lines there are. */
  readonly count: number;
  readonly #totals: Totals;
  readonly #columns: readonly SheetColumn[];
  readonly #plan: CellPlan;
  readonly #styles: StyleSheet;
  readonly #contexts: readonly ValueContext[];

  constructor(
    totals: readonly TemplateTotal[],
    columns: readonly SheetColumn[],
    plan: CellPlan,
    styles: StyleSheet,
  ) {
    const { classified } = plan.style;
    this.#totals = new Totals(
      totals,
      columns.map(({ field }) => ({ field, isMasked: isMasked(field, classified) })),
    );
    this.count = this.#totals.aggregates.length;
    this.#columns = columns;
    this.#plan = plan;
    this.#styles = styles;
    this.#contexts = columns.map(({ field, letters }) => {
      const message = 'totals that Excel would change were written as text';
      const asText = plan.warnings.counter('number-as-text', message, field.name);
      return { row: plan.row, letters, style: '', asText };
    });
    // The styles stand in the workbook before any row.
    for (const { aggregate, cells } of this.#totals.lines())
      for (const [i, column] of columns.entries())
        if (cells[i] !== undefined) this.#styleOf(column, aggregate);
    this.#labelStyle();
  }

  /** The writer of column `index`, made to add up what it writes where the column has totals. */
  cell(index: number, cell: CellWriter): CellWriter {
    const column = this.#columns[index];
    if (column === undefined || !this.#totals.columns.includes(index)) return cell;
    return totalledCell(cell, column.field.type, (value) => this.#totals.add(index, value));
  }

  /** Widths of columns, wide enough for labels and sums where nobody said how wide. */
  widened(widths: readonly number[]): number[] {
    const lines = this.#totals.lines();
    return widths.map((width, i) => {
      const column = this.#columns[i];
      if (column === undefined || column.style.width !== undefined) return width;
      const labels = lines.filter(({ cells }) => cells.indexOf(undefined) === i);
      const longest = Math.max(0, ...labels.map(({ aggregate }) => TOTAL_LABELS[aggregate].length * BOLD));
      const isSum = lines.some(({ aggregate, cells }) => aggregate === 'sum' && cells[i] !== undefined);
      return Math.max(width + (isSum ? SUM_CHARACTERS : 0), longest);
    });
  }

  /** The lines, from row `first` on. */
  xml(first: number): string {
    const lines = this.#totals.lines();
    return lines.map((line, i) => this.#line(line, first + i)).join('');
  }

  /** For a checkpoint. */
  state(): unknown {
    return this.#totals.state();
  }

  resume(state: unknown): void {
    this.#totals.resume(state);
  }

  #line({ aggregate, cells }: TotalLine, row: number): string {
    const label = cells.indexOf(undefined);
    this.#plan.row.value = row;
    const written = this.#columns.map((column, i) => {
      if (i === label)
        return textCellXml(`${column.letters}${row}`, this.#labelStyle(), TOTAL_LABELS[aggregate]);
      const figure = cells[i];
      return figure === undefined ? '' : this.#cellXml(column, i, aggregate, figure);
    });
    return `<row r="${row}">${written.join('')}</row>`;
  }

  #cellXml(
    column: SheetColumn,
    index: number,
    aggregate: TemplateTotal['aggregate'],
    figure: TotalFigure,
  ): string {
    const context = this.#contexts[index];
    const style = this.#styleOf(column, aggregate);
    const cell = `${column.letters}${this.#plan.row.value}`;
    if (figure.kind === 'masked') return textCellXml(cell, style, MASK);
    const { value } = figure;
    if (value === undefined || context === undefined) return '';
    const bytes = Buffer.alloc(CELL_BYTES);
    const writer = this.#writerOf(column, value, { ...context, style: styleAttribute(style) });
    const end = writer.value(bytes, 0, value);
    if (end >= 0) return `${bytes.toString('latin1', 0, end)}>`;
    // An integer of more than 64 bits, or a decimal of more digits than any column has.
    context.asText.count++;
    return textCellXml(
      cell,
      style,
      typeof value === 'bigint' || typeof value === 'string' ? String(value) : '',
    );
  }

  #writerOf({ field }: SheetColumn, value: unknown, context: ValueContext): CellWriter {
    const { template, nonFinite } = this.#plan.style;
    if (typeof value === 'number') return float64Cell(context, nonFinite);
    if (field.type.kind === 'date') return dateCell(context);
    if (field.type.kind === 'timestamp') {
      const shift = zoneShift(template?.template.timezone);
      // The value's own cell has been counted.
      return instantCell(field.type.unit, { ...context, shift, rounded: { count: 0 } });
    }
    return typeof value === 'bigint' ? int64Cell(context) : decimalCell(context);
  }

  #styleOf(column: SheetColumn, aggregate: TemplateTotal['aggregate']): number {
    const align = column.style.align ?? (aggregate === 'count' ? undefined : bodyAlign(column));
    return this.#styles.idOf({ font: 'strong', align, format: formatOf(column, aggregate) });
  }

  #labelStyle(): number {
    return this.#styles.idOf({ font: 'strong' });
  }
}

function formatOf(column: SheetColumn, aggregate: TemplateTotal['aggregate']): string | undefined {
  if (aggregate === 'count') return '0';
  return aggregate === 'avg' ? averageFormat(column) : column.format;
}
