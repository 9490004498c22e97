import type { Field } from '@perf/contracts';
import { PerfError, isNumeric, printDataType } from '@perf/contracts';
import { MASK } from '@perf/export-core';
import type { PdfTotal } from '../pdf-options.ts';
import { ExactSum } from './exact-sum.ts';
import type { TableColumn } from './table-column.ts';

/** Decimals of an average beyond those of its column. */
const AVERAGE_DIGITS = 4n;

/** One figure that grows with the rows. Null never gets here. */
interface Figure {
  add(value: unknown): void;
  /** In the column's row form, where it has one; undefined when there is nothing to show. */
  value(): unknown;
}

/** One figure of a line: a text, or a value to be written as the column's values are. */
export type TotalCell = { readonly text: string } | { readonly value: unknown };

/** A line of totals. */
export interface TotalLine {
  readonly aggregate: PdfTotal['aggregate'];
  /** By column; undefined where the column has no such total. */
  readonly cells: readonly (TotalCell | undefined)[];
}

/** Sums, averages, least and largest values and counts of columns. Integers and decimals keep every digit; doubles are summed without rounding. */
export class Totals {
  /** Columns that have a total, by their place in the table. */
  readonly columns: readonly number[];
  readonly #figures: readonly {
    readonly column: number;
    readonly aggregate: PdfTotal['aggregate'];
    readonly figure: Figure;
  }[];
  readonly #all: readonly TableColumn[];

  constructor(totals: readonly PdfTotal[], columns: readonly TableColumn[]) {
    this.#all = columns;
    this.#figures = totals.map(({ field: name, aggregate }) => {
      const column = columns.findIndex(({ field }) => field.name === name);
      const found = columns[column];
      if (found === undefined) throw invalid(`totals names ${name}, which is not among the columns`);
      return { column, aggregate, figure: figureFor(found.field, aggregate) };
    });
    this.columns = [...new Set(this.#figures.map(({ column }) => column))];
  }

  /** Takes a value of a column into account. */
  add(column: number, value: unknown): void {
    for (const entry of this.#figures) if (entry.column === column) entry.figure.add(value);
  }

  /** The lines to write, in the order in which their aggregates were asked for. */
  lines(): readonly TotalLine[] {
    const aggregates = [...new Set(this.#figures.map(({ aggregate }) => aggregate))];
    return aggregates.map((aggregate) => ({
      aggregate,
      cells: this.#all.map((column, i) => {
        const entry = this.#figures.find((one) => one.column === i && one.aggregate === aggregate);
        return entry === undefined ? undefined : cellOf(column, aggregate, entry.figure.value());
      }),
    }));
  }
}

function cellOf(
  { isMasked, formatter }: TableColumn,
  aggregate: PdfTotal['aggregate'],
  value: unknown,
): TotalCell {
  if (value === undefined) return { text: '' };
  if (aggregate === 'count') return { text: plain(value) };
  if (isMasked) return { text: MASK };
  if (aggregate === 'min' || aggregate === 'max') return { value };
  const text = formatter?.(value) ?? (typeof value === 'string' ? formatter?.(Number(value)) : undefined);
  return { text: text ?? plain(value) };
}

function plain(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
    ? String(value)
    : '';
}

function figureFor(field: Field, aggregate: PdfTotal['aggregate']): Figure {
  const { type } = field;
  if (aggregate === 'count') return countOf();
  if (aggregate === 'min' || aggregate === 'max') return extremeOf(field, aggregate);
  if (!isNumeric(type))
    throw invalid(`the ${aggregate} of column ${field.name} cannot be built: it is ${printDataType(type)}`);
  if (type.kind === 'float64') return doublesOf(aggregate);
  return digitsOf(type.kind === 'decimal' ? type.scale : 0, aggregate);
}

function countOf(): Figure {
  let count = 0;
  return { add: () => count++, value: () => count };
}

function doublesOf(aggregate: 'sum' | 'avg'): Figure {
  const sum = new ExactSum();
  let count = 0;
  return {
    add(value) {
      sum.add(Number(value));
      count++;
    },
    value() {
      if (aggregate === 'sum') return sum.value();
      return count === 0 ? undefined : sum.value() / count;
    },
  };
}

const SAFE_SUM = 2 ** 52;

/** Integers, and decimals as integers of their last digit. */
function digitsOf(scale: number, aggregate: 'sum' | 'avg'): Figure {
  let sum = 0n;
  /** Small integers gather here, where adding costs next to nothing. */
  let small = 0;
  let count = 0n;
  return {
    add(value) {
      count++;
      if (typeof value === 'number' && Math.abs(value) < SAFE_SUM) {
        small += value;
        if (Math.abs(small) < SAFE_SUM) return;
        sum += BigInt(small);
        small = 0;
        return;
      }
      sum += wholeOf(value, scale);
    },
    value() {
      const total = sum + BigInt(small);
      if (aggregate === 'sum') return scale === 0 ? total : decimalText(total, scale);
      if (count === 0n) return undefined;
      const digits = AVERAGE_DIGITS;
      return trimmed(decimalText(rounded(total * 10n ** digits, count), scale + Number(digits)), scale);
    },
  };
}

function wholeOf(value: unknown, scale: number): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : unitsOf(String(value), scale);
}

/** `12.3` with a scale of 2 is 1230. Digits beyond the scale are kept out: a value of the column has none. */
function unitsOf(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
}

function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** `a / b` to the nearest whole number, halves away from zero. */
function rounded(a: bigint, b: bigint): bigint {
  const twice = 2n * (a < 0n ? -a : a) + b;
  const quotient = twice / (2n * b);
  return a < 0n ? -quotient : quotient;
}

/** Without zeros at the end, down to `scale` decimals. */
function trimmed(text: string, scale: number): string {
  const point = text.indexOf('.');
  if (point < 0) return text;
  let end = text.length;
  const least = scale === 0 ? point : point + 1 + scale;
  while (end > least && text[end - 1] === '0') end--;
  return text.slice(0, end > 0 && text[end - 1] === '.' ? end - 1 : end);
}

function extremeOf(field: Field, aggregate: 'min' | 'max'): Figure {
  const { type } = field;
  const isFit = isNumeric(type) || type.kind === 'date' || type.kind === 'timestamp';
  if (!isFit)
    throw invalid(`the ${aggregate} of column ${field.name} cannot be built: it is ${printDataType(type)}`);
  const scale = type.kind === 'decimal' ? type.scale : 0;
  const keyOf = (value: unknown): number | bigint => {
    if (type.kind === 'decimal') return unitsOf(String(value), scale);
    if (type.kind === 'date') return Date.parse(String(value));
    return typeof value === 'bigint' ? value : Number(value);
  };
  let best: unknown;
  let key: number | bigint | undefined;
  return {
    add(value) {
      const next = keyOf(value);
      const isBetter =
        key === undefined || Number.isNaN(next) || (aggregate === 'min' ? next < key : next > key);
      if (!isBetter || Number.isNaN(key)) return;
      key = next;
      best = value;
    },
    value: () => best,
  };
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
