import type {
  Catalog,
  CatalogColumn,
  ColumnStatistics,
  QueryStatistics,
  TableStatistics,
} from '@perf/contracts';
import { analyzedColumn } from './analyzed-column.ts';
import { textArray } from './parameters.ts';
import { readIndexes } from './postgres-indexes.ts';
import { sampledTable } from './sampled-table.ts';
import type { Answer, Row } from './server.ts';
import { COLUMNS_STATISTICS_QUERY, SIZES_QUERY } from './statistics-queries.ts';

/** What statistics are read with. */
export interface StatisticsReading {
  readonly names: readonly string[];
  readonly schemas: readonly string[];
  readonly catalog: Catalog;
  readonly sampleRows: number;
}

/** Rows that ANALYZE reads for each step of its target. */
const ROWS_PER_STEP = 300;

/** Statistics of tables of the catalogue; views and foreign tables are unknown. */
export async function readStatistics(
  ask: Answer,
  { names, schemas, catalog, sampleRows }: StatisticsReading,
): Promise<QueryStatistics> {
  if (names.length === 0) return { tables: new Map() };
  const wanted = [textArray(schemas), textArray(names)];
  const sizes = await ask(SIZES_QUERY, wanted);
  const analyzed = await ask(COLUMNS_STATISTICS_QUERY, wanted);
  const indexes = Map.groupBy(await readIndexes(ask, schemas, names), ({ table }) => table);
  const tables = new Map<string, TableStatistics>();
  for (const size of sizes) {
    const name = String(size['name']);
    const columns = catalog.tables.get(name)?.columns ?? [];
    const known = analyzed.filter(
      (row) =>
        row['relation'] === name &&
        row['schema'] === size['schema'] &&
        row['inherited'] === size['has_parts'],
    );
    const isKnown = size['is_counted'] === true && (known.length > 0 || size['blocks'] === 0n);
    const found = isKnown
      ? analyzedTable(size, columns, known)
      : await sampledTable(ask, { name, columns, sampleRows, blocks: Number(size['blocks']) });
    tables.set(name, {
      ...found,
      bytes: Number(size['bytes']),
      indexes: (indexes.get(name) ?? [])
        .filter(({ partial }) => !partial)
        .map(({ columns: keys }) => keys.map(({ name: key }) => key)),
    });
  }
  return { tables };
}

function analyzedTable(
  size: Row,
  columns: readonly CatalogColumn[],
  known: readonly Row[],
): Pick<TableStatistics, 'rows' | 'sampledRows' | 'columns'> {
  const rows = Math.round(Number(size['rows']));
  const target = Number(known[0]?.['target'] ?? 100);
  const found = columns.flatMap((column): [string, ColumnStatistics][] => {
    const row = known.find(({ name }) => name === column.name);
    return row === undefined ? [] : [[column.name, analyzedColumn(column, row, rows)]];
  });
  return { rows, sampledRows: Math.min(rows, ROWS_PER_STEP * target), columns: new Map(found) };
}
