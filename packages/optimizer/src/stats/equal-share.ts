import type { WalkedTable } from './sample-walk.ts';

/** Pairs of sampled rows that must be equal before their share is believed. */
const LEAST_PAIRS = 10;

/** A column of a table of the join. */
export interface TableColumn {
  readonly table: WalkedTable;
  readonly column: string;
}

/**
 * Share of pairs of rows of two tables that are equal in a column each, by their even samples. Where too few pairs tell, the values of the side
 * with fewer are taken to be on the other. Undefined when the values were not kept.
 */
export function equalShare(a: TableColumn, b: TableColumn): number | undefined {
  const [left, right] = [valuesOf(a), valuesOf(b)];
  if (left === undefined || right === undefined) return undefined;
  let pairs = 0;
  for (const [value, count] of left.counts) pairs += count * (right.counts.get(value) ?? 0);
  if (pairs >= LEAST_PAIRS) return pairs / (left.total * right.total);
  const present = (left.present / Math.max(1, left.total)) * (right.present / Math.max(1, right.total));
  return present / Math.max(1, distinctOf(left, a.table), distinctOf(right, b.table));
}

interface Values {
  readonly counts: ReadonlyMap<number | string, number>;
  readonly present: number;
  readonly total: number;
}

/** Distinct values of a whole table: Haas and Stokes' Duj1, as for statistics of columns. */
function distinctOf({ counts, present }: Values, { pool }: WalkedTable): number {
  let once = 0;
  for (const count of counts.values()) if (count === 1) once++;
  const share = Math.min(1, pool.even / Math.max(1, pool.rows));
  return (present * counts.size) / Math.max(Number.MIN_VALUE, present - once + once * share);
}

function valuesOf({ table: { pool, weights }, column: name }: TableColumn): Values | undefined {
  const column = pool.columns.get(name);
  if (column === undefined) return undefined;
  const counts = new Map<number | string, number>();
  let [present, total] = [0, 0];
  for (let row = 0; row < pool.even; row++) {
    if (weights[row] === 0) continue;
    total++;
    const place = column.values[row] ?? Number.NaN;
    if (Number.isNaN(place)) continue;
    present++;
    const value = column.texts === undefined ? place : (column.texts[place] ?? '');
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { counts, present, total };
}
