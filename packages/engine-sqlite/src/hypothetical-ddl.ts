import type { Catalog, HypotheticalIndex } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/**
 * The statement that would make an index under `name`. Every other name is one of the catalogue. SQLite keeps no columns
 * beside the key, so those of `include` come last in it.
 */
export function hypotheticalDdl(index: HypotheticalIndex, catalog: Catalog, name: string): string {
  const { table, columns, include = [], only } = index;
  const found = catalog.tables.get(table);
  if (found === undefined)
    throw new PerfError(
      'ERR_PERF_UNKNOWN_TABLE',
      `whatIf: the catalogue has no table ${JSON.stringify(table.slice(0, 64))}`,
    );
  if (columns.length === 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `whatIf: an index on ${table} has no columns`);
  const known = new Set(found.columns.map((column) => column.name));
  const checked = (column: string): string => {
    if (known.has(column)) return quoted(column);
    throw new PerfError(
      'ERR_PERF_UNKNOWN_FIELD',
      `whatIf: table ${table} has no column ${JSON.stringify(column.slice(0, 64))}`,
    );
  };
  const keys = columns.map(
    (column) => `${checked(column.name)}${column.direction === 'desc' ? ' DESC' : ''}`,
  );
  const where =
    only === undefined ? '' : ` WHERE ${checked(only.column)}${only.is === 'present' ? ' IS NOT NULL' : ''}`;
  return `CREATE INDEX ${quoted(name)} ON ${quoted(table)} (${[...keys, ...include.map(checked)].join(', ')})${where}`;
}

/** How plans name an index that is not there: `hypothetical flights(origin, delay DESC)`. */
export function shownName({ table, columns }: HypotheticalIndex): string {
  const keys = columns.map(({ name, direction }) => (direction === 'desc' ? `${name} DESC` : name));
  return `hypothetical ${table}(${keys.join(', ')})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
