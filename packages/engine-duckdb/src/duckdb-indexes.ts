import type { TableIndex } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import type { Ask } from './collated-columns.ts';

type Row = Readonly<Record<string, unknown>>;

/** Keys have an index each, which DuckDB lists among the constraints alone. */
const KEYS = `SELECT table_name, constraint_name, constraint_type, constraint_column_names AS columns FROM duckdb_constraints()
  WHERE database_name = current_database() AND schema_name = current_schema() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')
  ORDER BY table_name, constraint_index`;
const INDEXES = `SELECT table_name, index_name, is_unique, expressions FROM duckdb_indexes()
  WHERE database_name = current_database() AND schema_name = current_schema() ORDER BY table_name, index_name`;
const COLUMNS = `SELECT table_name, column_name FROM duckdb_columns()
  WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal`;

/** The indexes on columns alone, those of keys first. DuckDB tells neither their bytes nor how often they were used. */
export async function readIndexes(ask: Ask): Promise<readonly TableIndex[]> {
  const keys = (await ask(KEYS)).map((row): TableIndex => {
    const primary = row['constraint_type'] === 'PRIMARY KEY';
    return indexOf(row, names(row['columns']), { name: text(row['constraint_name']), unique: true, primary });
  });
  const listed = await ask(INDEXES);
  if (listed.length === 0) return keys;
  const columns = Map.groupBy(await ask(COLUMNS), (row) => text(row['table_name']));
  const made = listed.flatMap((row): TableIndex[] => {
    const own = (columns.get(text(row['table_name'])) ?? []).map((column) => text(column['column_name']));
    return indexedColumns(row['expressions'], own).map((found) =>
      indexOf(row, found, {
        name: text(row['index_name']),
        unique: row['is_unique'] === true,
        primary: false,
      }),
    );
  });
  return [...keys, ...made];
}

function indexOf(
  row: Row,
  columns: readonly string[],
  more: Pick<TableIndex, 'name' | 'unique' | 'primary'>,
): TableIndex {
  return {
    ...more,
    table: text(row['table_name']),
    columns: columns.map((name) => ({ name })),
    partial: false,
  };
}

/** Columns of an index, written `[a, '"b c"']`; none for an index on anything but columns. */
export function indexedColumns(expressions: unknown, own: readonly string[]): string[][] {
  const known = new Map(own.map((name) => [indexedForm(name), name]));
  const listed = text(expressions)
    .slice(1, -1)
    .split(', ')
    .map((part) => known.get(part));
  return listed.every((name) => name !== undefined) ? [listed] : [];
}

/** A column as DuckDB lists it: bare when it is a plain word, else quoted as a name and again as a text. */
function indexedForm(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `'"${name}"'`;
}

/** Bytes of the blocks of a table in its file; undefined for a view, and for what is in memory or not yet in blocks. */
export async function tableBytes(ask: Ask, table: string): Promise<number | undefined> {
  const named = `"${table.replaceAll('"', '""')}"`.replaceAll("'", "''");
  const blocks = `SELECT count(DISTINCT block_id) AS blocks, (SELECT any_value(block_size) FROM pragma_database_size()) AS size
    FROM pragma_storage_info('${named}') WHERE persistent`;
  const [row] = await ask(blocks).catch((error: unknown) => {
    // A view has no storage, and DuckDB does not find a table here whose name holds a double quote.
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
    throw error;
  });
  const bytes = Number(row?.['blocks'] ?? 0) * Number(row?.['size'] ?? 0);
  return bytes === 0 ? undefined : bytes;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
