import type { Catalog, HypotheticalIndex } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { quotedName } from './session.ts';

/** The statement that would make an index. Every name is one of the catalogue. */
export function hypotheticalDdl(
  { table, columns, include = [], only }: HypotheticalIndex,
  catalog: Catalog,
): string {
  const found = catalog.tables.get(table);
  if (found === undefined)
    throw new PerfError(
      'ERR_PERF_UNKNOWN_TABLE',
      `whatIf: the catalogue has no table ${JSON.stringify(table.slice(0, 64))}`,
    );
  if (columns.length === 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `whatIf: an index on ${table} has no columns`);
  const known = new Set(found.columns.map(({ name }) => name));
  const checked = (name: string): string => {
    if (known.has(name)) return quotedName(name);
    throw new PerfError(
      'ERR_PERF_UNKNOWN_FIELD',
      `whatIf: table ${table} has no column ${JSON.stringify(name.slice(0, 64))}`,
    );
  };
  const keys = columns.map(({ name, direction }) => `${checked(name)}${direction === 'desc' ? ' DESC' : ''}`);
  const kept = include.length === 0 ? '' : ` INCLUDE (${include.map(checked).join(', ')})`;
  const where =
    only === undefined ? '' : ` WHERE ${checked(only.column)}${only.is === 'present' ? ' IS NOT NULL' : ''}`;
  return `CREATE INDEX ON ${quotedName(table)} (${keys.join(', ')})${kept}${where}`;
}
