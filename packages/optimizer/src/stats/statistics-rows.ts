import type { Selectivity } from '../sql/selectivity-of.ts';
import { column } from '../sql/expr.ts';
import type { JoinParts } from './join-query.ts';

/** Rows of a table of which nothing is known. */
const DEFAULT_ROWS = 1000;

/** Rows of a join by statistics of single columns, as if columns had nothing to do with each other. */
export function statisticsRows(
  { tables, equal, others }: JoinParts,
  {
    selectivity,
    rowsOf,
  }: { readonly selectivity: Selectivity; readonly rowsOf: (table: string) => number | undefined },
): { readonly rows: number; readonly isDefault: boolean } {
  let [rows, isDefault] = [1, false];
  for (const { table, filters } of tables) {
    const all = rowsOf(table.name);
    if (all === undefined) isDefault = true;
    rows *= all ?? DEFAULT_ROWS;
    for (const filter of filters) {
      const share = selectivity.of(filter);
      rows *= share.value;
      isDefault ||= share.isDefault;
    }
  }
  for (const { members } of equal) {
    const distinct = members.map(({ alias, column: name }) => {
      const known = selectivity.column(column(alias, name));
      if (known?.distinct === undefined) isDefault = true;
      rows *= 1 - (known?.nullFraction ?? 0);
      const all = rowsOf(tables.find((each) => each.alias === alias)?.table.name ?? '');
      return selectivity.distinct(column(alias, name), all ?? DEFAULT_ROWS);
    });
    // Each value of the side with fewest is taken to be on the others.
    for (const values of distinct.toSorted((a, b) => a - b).slice(1)) rows /= values;
  }
  for (const condition of others) {
    const share = selectivity.of(condition);
    rows *= share.value;
    isDefault ||= share.isDefault;
  }
  return { rows, isDefault };
}
