import type { Catalog, CatalogColumn, CatalogTable, ForeignKey } from '@perf/contracts';
import { catalogVersion } from '@perf/contracts';
import type { Ask } from './collated-columns.ts';
import { collatedColumns } from './collated-columns.ts';
import { indexedColumns } from './duckdb-indexes.ts';
import { dataTypeNamed } from './duckdb-types.ts';

const COLUMNS = `SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns()
  WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal ORDER BY table_name, column_index`;
const CONSTRAINTS = `SELECT table_name, constraint_type, constraint_column_names AS columns, referenced_table, referenced_column_names AS references
  FROM duckdb_constraints() WHERE database_name = current_database() AND schema_name = current_schema()
  AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
  ORDER BY table_name, CASE constraint_type WHEN 'PRIMARY KEY' THEN 0 ELSE 1 END, constraint_index`;
const UNIQUE_INDEXES = `SELECT table_name, expressions FROM duckdb_indexes()
  WHERE database_name = current_database() AND schema_name = current_schema() AND is_unique ORDER BY table_name, index_name`;

/** The tables and views of the current schema with their types, keys and foreign keys. The version is a hash of all that. */
export async function readCatalog(ask: Ask): Promise<Catalog> {
  const columns = await ask(COLUMNS);
  const constraints = await ask(CONSTRAINTS);
  const indexes = await ask(UNIQUE_INDEXES);
  const texts = columns
    .filter((row) => row['data_type'] === 'VARCHAR')
    .map((row) => ({ table: text(row['table_name']), column: text(row['column_name']) }));
  const collated = await collatedColumns(ask, texts);
  const tables = new Map<string, CatalogTable>();
  for (const [name, own] of Map.groupBy(columns, (row) => text(row['table_name']))) {
    const rules = constraints.filter((row) => row['table_name'] === name);
    const keys = rules
      .filter((row) => row['constraint_type'] !== 'FOREIGN KEY')
      .map((row) => names(row['columns']));
    const unique = indexes
      .filter((row) => row['table_name'] === name)
      .flatMap((row) =>
        indexedColumns(
          row['expressions'],
          own.map((column) => text(column['column_name'])),
        ),
      );
    tables.set(name, {
      name,
      columns: own.map((row) =>
        catalogColumn(row, collated.get(name)?.has(text(row['column_name'])) === true),
      ),
      uniqueKeys: [...keys, ...unique],
      foreignKeys: rules.filter((row) => row['constraint_type'] === 'FOREIGN KEY').map(foreignKey),
    });
  }
  return { version: catalogVersion(tables), tables };
}

function catalogColumn(row: Readonly<Record<string, unknown>>, isCollated: boolean): CatalogColumn {
  const declared = text(row['data_type']);
  const type = dataTypeNamed(declared);
  const plain = type.kind !== 'utf8' || (declared === 'VARCHAR' && !isCollated);
  return {
    name: text(row['column_name']),
    type,
    nullable: row['is_nullable'] !== false,
    ...(plain ? {} : { engineType: isCollated ? 'VARCHAR COLLATE' : declared }),
  };
}

function foreignKey(row: Readonly<Record<string, unknown>>): ForeignKey {
  return {
    columns: names(row['columns']),
    table: text(row['referenced_table']),
    references: names(row['references']),
    enforced: true,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
