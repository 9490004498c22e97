import { PerfError } from '@perf/contracts';
import type { Gauge } from './place.ts';

/** What takes the values of one column of a row. */
export interface RowColumn {
  /** Where rows hold the value: the field's name, or its position. */
  readonly key: string | number;
  readonly target: RowTarget;
}

/** Takes a value in its row form. */
export interface RowTarget {
  put(value: unknown): void;
}

type KeyedRow = Readonly<Record<string | number, unknown>>;

/** A target for a name that every object inherits: what was inherited is a missing property, so null. */
export class OwnOnly implements RowTarget {
  readonly #target: RowTarget;

  constructor(target: RowTarget) {
    this.#target = target;
  }

  put(value: unknown): void {
    const isInherited = typeof value === 'function' || value === Object.prototype;
    this.#target.put(isInherited ? null : value);
  }
}

/**
 * Puts the values of rows `from` to before `to` into their columns, or of fewer when the batch is full of text by then. Gives how many.
 *
 * Unrolled on purpose: every lane is a place of its own in the code, so the engine learns per column which key is read and which builder
 * is called, and compiles both in; bench/arrow.bench.ts shows the difference.
 */
export function putRows(
  rows: readonly unknown[],
  from: number,
  to: number,
  columns: readonly RowColumn[],
  gauge: Gauge,
): number {
  const [l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11] = columns;
  const count = columns.length;
  for (let r = from; r < to; r++) {
    const row: unknown = rows[r];
    if (!isRow(row))
      throw new PerfError('ERR_PERF_SOURCE_FAILED', `row ${r} of a batch is not an object or array`);
    if (l0 !== undefined) l0.target.put(row[l0.key]);
    if (l1 !== undefined) l1.target.put(row[l1.key]);
    if (l2 !== undefined) l2.target.put(row[l2.key]);
    if (l3 !== undefined) l3.target.put(row[l3.key]);
    if (l4 !== undefined) l4.target.put(row[l4.key]);
    if (l5 !== undefined) l5.target.put(row[l5.key]);
    if (l6 !== undefined) l6.target.put(row[l6.key]);
    if (l7 !== undefined) l7.target.put(row[l7.key]);
    if (l8 !== undefined) l8.target.put(row[l8.key]);
    if (l9 !== undefined) l9.target.put(row[l9.key]);
    if (l10 !== undefined) l10.target.put(row[l10.key]);
    if (l11 !== undefined) l11.target.put(row[l11.key]);
    for (let c = LANES; c < count; c++) {
      const column = columns[c];
      if (column !== undefined) column.target.put(row[column.key]);
    }
    if (gauge.isOver) return r + 1 - from;
  }
  return to - from;
}

const LANES = 12;

function isRow(row: unknown): row is KeyedRow {
  return typeof row === 'object' && row !== null;
}
