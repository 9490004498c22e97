import type { Catalog, CatalogColumn, CatalogTable, ForeignKey } from '@perf/contracts';
import { catalogVersion } from '@perf/contracts';
import { declaredType } from './mysql-types.ts';

/** A row of one of our own statements, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement of ours and gives its rows. */
export type Ask = (text: string, parameters?: readonly string[]) => Promise<readonly Row[]>;

const COLUMNS = `SELECT TABLE_NAME AS t, COLUMN_NAME AS c, DATA_TYPE AS type, COLUMN_TYPE AS full_type, IS_NULLABLE AS nullable,
  NUMERIC_PRECISION AS digits, NUMERIC_SCALE AS scale, DATETIME_PRECISION AS fraction, COLLATION_NAME AS collation
  FROM information_schema.columns WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`;
const ENGINES = `SELECT TABLE_NAME AS t, ENGINE AS engine FROM information_schema.tables WHERE TABLE_SCHEMA = DATABASE()`;
/** The part of an index that is no column is an expression, which MySQL keeps in a column that MariaDB has not. */
const KEYS = `SELECT TABLE_NAME AS t, INDEX_NAME AS i, COLUMN_NAME AS c, SUB_PART AS prefix FROM information_schema.statistics
  WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 AND INDEX_TYPE IN ('BTREE', 'HASH')
  ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`;
const FOREIGN = `SELECT TABLE_NAME AS t, CONSTRAINT_NAME AS k, COLUMN_NAME AS c, REFERENCED_TABLE_NAME AS rt, REFERENCED_COLUMN_NAME AS rc
  FROM information_schema.key_column_usage WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE()
  ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`;
const CHECKED = `SELECT @@SESSION.foreign_key_checks AS session, @@GLOBAL.foreign_key_checks AS global`;
/** MariaDB's JSON is text with a check of this form. */
const JSON_CHECKS = `SELECT TABLE_NAME AS t, CHECK_CLAUSE AS clause FROM information_schema.check_constraints
  WHERE CONSTRAINT_SCHEMA = DATABASE() AND CHECK_CLAUSE LIKE 'json_valid(%'`;

/** The tables and views of the current database with their types, keys and foreign keys. The version is a hash of all that. */
export async function readCatalog(ask: Ask, flavour: 'mariadb' | 'mysql'): Promise<Catalog> {
  const columns = await ask(COLUMNS);
  const engines = new Map((await ask(ENGINES)).map((row) => [text(row['t']), text(row['engine'])]));
  const keys = Map.groupBy(await ask(KEYS), (row) => text(row['t']));
  const foreign = Map.groupBy(await ask(FOREIGN), (row) => text(row['t']));
  const json = new Set(
    flavour === 'mariadb'
      ? (await ask(JSON_CHECKS)).map((row) => `${text(row['t'])}.${text(row['clause'])}`)
      : [],
  );
  const [checks] = await ask(CHECKED);
  const checked = Number(checks?.['session']) === 1 && Number(checks?.['global']) === 1;
  const tables = new Map<string, CatalogTable>();
  for (const [name, own] of Map.groupBy(columns, (row) => text(row['t']))) {
    const isChecked = (row: Row): boolean =>
      json.has(`${name}.json_valid(\`${text(row['c']).replaceAll('`', '``')}\`)`);
    tables.set(name, {
      name,
      columns: own.map((row) => catalogColumn(row, isChecked(row))),
      uniqueKeys: uniqueKeys(keys.get(name) ?? []),
      foreignKeys: [],
    });
  }
  for (const table of tables.values()) {
    const found = foreignKeys(foreign.get(table.name) ?? [], table, tables, (other) => {
      return checked && engines.get(table.name) === 'InnoDB' && engines.get(other) === 'InnoDB';
    });
    if (found.length > 0) tables.set(table.name, { ...table, foreignKeys: found });
  }
  return { version: catalogVersion(tables), tables };
}

function catalogColumn(row: Row, checkedJson: boolean): CatalogColumn {
  const full = text(row['full_type']);
  const type = declaredType({
    dataType: text(row['type']),
    columnType: full,
    precision: count(row['digits']),
    scale: count(row['scale']),
    fraction: count(row['fraction']),
    checkedJson,
  });
  const collation = text(row['collation']);
  return {
    name: text(row['c']),
    type,
    nullable: row['nullable'] !== 'NO',
    ...(type.kind === 'utf8' ? { engineType: collation === '' ? full : `${full} COLLATE ${collation}` } : {}),
  };
}

/** A key on the beginnings of texts, or on expressions, says nothing about the columns. */
function uniqueKeys(rows: readonly Row[]): string[][] {
  return [...Map.groupBy(rows, (row) => row['i']).values()]
    .filter((parts) => parts.every((row) => row['c'] !== null && row['prefix'] === null))
    .map((parts) => parts.map((row) => text(row['c'])));
}

function foreignKeys(
  rows: readonly Row[],
  table: CatalogTable,
  tables: ReadonlyMap<string, CatalogTable>,
  isEnforced: (other: string) => boolean,
): ForeignKey[] {
  return [...Map.groupBy(rows, (row) => row['k']).values()].map((parts) => {
    const columns = parts.map((row) => text(row['c']));
    // The server folds the case of a table's name where the file system does.
    const named = text(parts[0]?.['rt']);
    const other = tables.has(named) ? named : (foldedName(tables, named) ?? named);
    return {
      columns,
      table: other,
      references: parts.map((row) => text(row['rc'])),
      enforced: isEnforced(other) && columns.every((column) => isExact(table, column)),
    };
  });
}

function foldedName(tables: ReadonlyMap<string, CatalogTable>, name: string): string | undefined {
  return [...tables.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
}

/** The server compares the texts of a foreign key by their collation: `a` may refer to `A`, which is no match by bytes. */
function isExact(table: CatalogTable, column: string): boolean {
  const found = table.columns.find(({ name }) => name === column);
  return found !== undefined && (found.type.kind !== 'utf8' || isExactCollation(found.engineType ?? ''));
}

/** Whether a type's collation keeps apart all texts that differ, those that end in blanks too. */
function isExactCollation(engineType: string): boolean {
  return / COLLATE \w+_(?:nopad_bin|0900_bin)$/.test(engineType);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return value === null || value === undefined ? 0 : Number(value);
}
