import type { WalkedTable } from './sample-walk.ts';

/** Pairs of sampled rows that must be equal before their share is believed. */
const LEAST_PAIRS = 10;

/** Share of pairs of rows of two tables that are equal in a column each, by their even samples; undefined when too few tell. */
export function equalShare(
  a: { readonly table: WalkedTable; readonly column: string },
  b: { readonly table: WalkedTable; readonly column: string },
): number | undefined {
  const [left, right] = [valueWeights(a.table, a.column), valueWeights(b.table, b.column)];
  if (left === undefined || right === undefined) return undefined;
  let pairs = 0;
  for (const [value, count] of left.counts) pairs += count * (right.counts.get(value) ?? 0);
  return pairs < LEAST_PAIRS ? undefined : pairs / (left.total * right.total);
}

function valueWeights(
  { pool, weights }: WalkedTable,
  name: string,
): { readonly counts: ReadonlyMap<number | string, number>; readonly total: number } | undefined {
  const column = pool.columns.get(name);
  if (column === undefined) return undefined;
  const counts = new Map<number | string, number>();
  let total = 0;
  for (let row = 0; row < pool.even; row++) {
    if (weights[row] === 0) continue;
    total++;
    const place = column.values[row] ?? Number.NaN;
    if (Number.isNaN(place)) continue;
    const value = column.texts === undefined ? place : (column.texts[place] ?? '');
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { counts, total };
}
