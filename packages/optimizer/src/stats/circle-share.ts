import type { Hub, HubMember } from './join-tree.ts';
import type { TableColumn } from './equal-share.ts';

/** Pairs of sampled rows that must be equal before their share is believed. */
const LEAST_PAIRS = 5;

/**
 * Share of the pairs of rows of two tables that meet in a key which are equal in another column each, as where comments are those of the owner
 * of the post: by the rows kept of each sampled key. Undefined when too few pairs tell.
 */
export function circleShare(hub: Hub, a: TableColumn, b: TableColumn): number | undefined {
  const [left, right] = [a, b].map(({ table: { alias } }) =>
    hub.members.find((member) => member.alias === alias),
  );
  if (left === undefined || right === undefined) return undefined;
  const [valueOf, otherOf] = [reader(a), reader(b)];
  let [all, equal, pairs] = [0, 0, 0];
  for (const [key, chance] of hub.domain.chances.entries()) {
    const [rows, others] = [keptRows(left, a, key), keptRows(right, b, key)];
    if (rows.length === 0 || others.length === 0) continue;
    const counts = new Map<number | string, number>();
    for (const row of others) {
      const value = otherOf(row);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    let hits = 0;
    for (const row of rows) hits += counts.get(valueOf(row) ?? Number.NaN) ?? 0;
    const each = (rowsOfPair(left, key) * rowsOfPair(right, key)) / chance;
    all += each * rows.length * others.length;
    equal += each * hits;
    pairs += hits;
  }
  return pairs < LEAST_PAIRS ? undefined : equal / all;
}

/** Rows kept of a key that count. */
function keptRows(
  { port: { starts, rows } }: HubMember,
  { table }: TableColumn,
  key: number,
): readonly number[] {
  const kept: number[] = [];
  for (let i = starts[key] ?? 0; i < (starts[key + 1] ?? 0); i++)
    if (table.weights[rows[i] ?? 0] !== 0) kept.push(rows[i] ?? 0);
  return kept;
}

/** How many rows of a key one kept row stands for. */
function rowsOfPair({ port: { counts, starts } }: HubMember, key: number): number {
  return (counts[key] ?? 0) / Math.max(1, (starts[key + 1] ?? 0) - (starts[key] ?? 0));
}

function reader({ table, column }: TableColumn): (row: number) => number | string | undefined {
  const found = table.pool.columns.get(column);
  return (row) => {
    const value = found?.values[row] ?? Number.NaN;
    if (Number.isNaN(value)) return undefined;
    return found?.texts === undefined ? value : found.texts[value];
  };
}
