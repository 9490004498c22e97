import type { Catalog, HypotheticalIndex, IndexColumn, TableIndex } from '@perf/contracts';

/** Names an index by what it is: equal for equal indexes. */
export function indexKey({ table, columns, include = [], only }: HypotheticalIndex): string {
  return JSON.stringify([
    table,
    columns.map(({ name, direction = 'asc' }) => [name, direction]),
    include,
    only ?? null,
  ]);
}

/** Whether all that one index can find, another finds as well: it begins with the same columns, in one direction or the other. */
export function isCoveredBy(index: HypotheticalIndex, other: HypotheticalIndex): boolean {
  if (index.table !== other.table || (index.include ?? []).length > 0) return false;
  if (other.only !== undefined && JSON.stringify(index.only) !== JSON.stringify(other.only)) return false;
  return isPrefix(index.columns, other.columns);
}

/** Whether the columns begin `longer`, in the same or in the opposite order. */
export function isPrefix(columns: readonly IndexColumn[], longer: readonly IndexColumn[]): boolean {
  if (columns.length > longer.length) return false;
  const turned = columns.map(({ name, direction = 'asc' }, i) => {
    const other = longer[i];
    return other?.name === name ? direction !== (other.direction ?? 'asc') : undefined;
  });
  return turned.every((each) => each !== undefined && each === turned[0]);
}

/** An index that stands, as one that could be made; undefined for one that leaves rows out, since its condition is not known. */
function asHypothetical({ table, columns, partial }: TableIndex): HypotheticalIndex | undefined {
  return partial ? undefined : { table, columns };
}

/** What finds rows already: indexes that stand, and keys. */
export function standingIndexes(
  indexes: readonly TableIndex[],
  catalog: Catalog,
): readonly HypotheticalIndex[] {
  const keys = [...catalog.tables.values()].flatMap(({ name, uniqueKeys }) =>
    uniqueKeys.map((columns) => ({ table: name, columns: columns.map((column) => ({ name: column })) })),
  );
  return [...keys, ...indexes.flatMap((index) => asHypothetical(index) ?? [])];
}
