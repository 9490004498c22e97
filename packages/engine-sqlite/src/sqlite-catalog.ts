import type { Catalog, CatalogColumn, CatalogTable, ForeignKey } from '@perf/contracts';
import { catalogVersion, isPerfError } from '@perf/contracts';
import { readCollations } from './sqlite-collations.ts';
import type { Ask, Row } from './sqlite-collations.ts';
import { declaredType } from './sqlite-types.ts';

const TABLES = `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
const COLUMNS = `SELECT name, type, "notnull" AS required, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid`;
const INDEXES = `SELECT l.seq, l.origin, l.partial, i.name FROM pragma_index_list(?1) AS l JOIN pragma_index_xinfo(l.name) AS i
  WHERE l."unique" = 1 AND i.key = 1 ORDER BY l.seq DESC, i.seqno`;
const BROKEN = 'SELECT 1 AS broken FROM pragma_foreign_key_check LIMIT 1';
const FOREIGN = `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?1) ORDER BY id DESC, seq`;

/**
 * The tables and views of the main database with their types, keys and foreign keys. A view that no longer works is left out.
 * @param options.foreignKeys `unknown` where other programs may write, which switch them off by default; `check` looks at every row that is there
 */
export async function readCatalog(
  ask: Ask,
  { foreignKeys }: { readonly foreignKeys: 'hold' | 'check' | 'unknown' },
): Promise<Catalog> {
  const tables = new Map<string, CatalogTable>();
  for (const row of await ask(TABLES)) {
    const table = await readTable(ask, row);
    if (table !== undefined) tables.set(table.name, table);
  }
  const [pragma] = await ask('SELECT foreign_keys AS enforced FROM pragma_foreign_keys');
  const isOn = foreignKeys !== 'unknown' && pragma?.['enforced'] === 1n;
  const enforced = isOn && (foreignKeys === 'hold' || (await ask(BROKEN)).length === 0);
  for (const table of tables.values()) {
    const found = await readForeignKeys(ask, table.name, tables, enforced);
    if (found.length > 0) tables.set(table.name, { ...table, foreignKeys: found });
  }
  return { version: catalogVersion(tables), tables };
}

async function readTable(ask: Ask, { name, type, wr }: Row): Promise<CatalogTable | undefined> {
  const table = text(name);
  const columns = await ask(COLUMNS, [table]).catch((error: unknown) => {
    if (type === 'view' && isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
    throw error;
  });
  if (columns.length === 0) return undefined;
  const indexes = await ask(INDEXES, [table]);
  const primary = columns
    .filter((row) => row['pk'] !== 0n)
    .toSorted((a, b) => Number(a['pk']) - Number(b['pk']));
  // SQLite lets null into a primary key, unless the table has no rowid or the key is the rowid: then it has no index.
  const isRowId = primary.length > 0 && !indexes.some((row) => row['origin'] === 'pk');
  const keyIsRequired = wr === 1n || isRowId;
  const isRequired = (row: Row): boolean => row['required'] === 1n || (keyIsRequired && row['pk'] !== 0n);
  const plain = columns.map((row) => catalogColumn(row, !isRequired(row)));
  const collations = await readCollations(
    ask,
    table,
    plain.filter(({ type: { kind } }) => kind === 'utf8').map((column) => column.name),
  );
  // One instant has several texts, and SQLite keeps texts apart, not instants.
  const texts = new Set(
    plain.filter((column) => column.type.kind === 'timestamp').map((column) => column.name),
  );
  const primaryKey =
    primary.length > 0 && primary.every(isRequired) ? [primary.map((row) => text(row['name']))] : [];
  return {
    name: table,
    columns: plain.map((column, i) => {
      const collation = collations.get(column.name);
      if (collation === undefined) return column;
      return { ...column, engineType: `${text(columns[i]?.['type'])} COLLATE ${collation}`.trim() };
    }),
    uniqueKeys: [...primaryKey, ...uniqueKeys(indexes)].filter((key) => !key.some((part) => texts.has(part))),
    foreignKeys: [],
  };
}

function catalogColumn(row: Row, nullable: boolean): CatalogColumn {
  return { name: text(row['name']), type: declaredType(text(row['type'])) ?? { kind: 'utf8' }, nullable };
}

/** An index on an expression has a part without a name, a partial one leaves rows out: neither proves anything about columns. */
function uniqueKeys(indexes: readonly Row[]): string[][] {
  const whole = indexes.filter((row) => row['origin'] !== 'pk' && row['partial'] === 0n);
  return [...Map.groupBy(whole, (row) => row['seq']).values()]
    .filter((rows) => rows.every((row) => typeof row['name'] === 'string'))
    .map((rows) => rows.map((row) => text(row['name'])));
}

/** Names of the other table as it was declared: SQLite compares them without case, and absent columns are its primary key. */
async function readForeignKeys(
  ask: Ask,
  table: string,
  tables: ReadonlyMap<string, CatalogTable>,
  enforced: boolean,
): Promise<readonly ForeignKey[]> {
  const keys = Map.groupBy(await ask(FOREIGN, [table]), (row) => row['id']);
  return [...keys.values()].flatMap((rows) => {
    const wanted = text(rows[0]?.['table']).toLowerCase();
    const other = [...tables.values()].find(({ name }) => name.toLowerCase() === wanted);
    const columns = rows.map((row) => text(row['from']));
    const references =
      rows[0]?.['to'] === null
        ? other?.uniqueKeys[0]
        : rows.map((row) => declaredName(other, text(row['to']).toLowerCase()));
    if (other === undefined || references?.length !== columns.length) return [];
    // SQLite compares by the collation of the other column, under which `a` may refer to `A`.
    const isCollated = other.columns.some(
      (column) => column.engineType !== undefined && references.includes(column.name),
    );
    return [{ columns, table: other.name, references, enforced: enforced && !isCollated }];
  });
}

function declaredName(table: CatalogTable | undefined, lower: string): string {
  return table?.columns.find(({ name }) => name.toLowerCase() === lower)?.name ?? lower;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
