import type { Catalog, CatalogColumn, CatalogTable } from '@perf/contracts';
import { declaredType } from './sqlite-types.ts';

/** Runs a statement of ours and gives its rows. */
export type Ask = (
  text: string,
  parameters?: readonly string[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const TABLES = `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
const COLUMNS = `SELECT name, type, "notnull" AS required, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid`;
const UNIQUE = `SELECT l.seq, i.name FROM pragma_index_list(?1) AS l JOIN pragma_index_xinfo(l.name) AS i
  WHERE l."unique" = 1 AND l.partial = 0 AND l.origin <> 'pk' AND i.key = 1 ORDER BY l.seq DESC, i.seqno`;
const FOREIGN = `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?1) ORDER BY id DESC, seq`;

/** The tables and views of the main database with their types, keys and foreign keys, read in one go. */
export async function readCatalog(ask: Ask, version: string): Promise<Catalog> {
  const tables = new Map<string, CatalogTable>();
  for (const { name, wr } of await ask(TABLES)) {
    const table = text(name);
    const columns = await ask(COLUMNS, [table]);
    const primary = columns
      .filter((row) => row['pk'] !== 0n)
      .toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
      .map((row) => text(row['name']));
    const first = columns.find((row) => row['pk'] !== 0n);
    const isRowId = primary.length === 1 && text(first?.['type']).toUpperCase() === 'INTEGER';
    const enforced = wr === 1n || isRowId;
    tables.set(table, {
      name: table,
      columns: columns.map((row) => catalogColumn(row, enforced)),
      uniqueKeys: [
        ...(primary.length === 0 ||
        !(enforced || columns.every((row) => row['pk'] === 0n || row['required'] === 1n))
          ? []
          : [primary]),
        ...(await uniqueKeys(ask, table)),
      ],
      foreignKeys: await foreignKeys(ask, table),
    });
  }
  return { version, tables };
}

/** SQLite lets null into a primary key unless the table has no rowid or the key is the rowid. */
function catalogColumn(row: Readonly<Record<string, unknown>>, keyEnforced: boolean): CatalogColumn {
  const required = row['required'] === 1n || (keyEnforced && row['pk'] !== 0n);
  return {
    name: text(row['name']),
    type: declaredType(text(row['type'])) ?? { kind: 'utf8' },
    nullable: !required,
  };
}

/** An index on an expression has a part without a name and proves nothing about columns. */
async function uniqueKeys(ask: Ask, table: string): Promise<string[][]> {
  const parts = Map.groupBy(await ask(UNIQUE, [table]), (row) => row['seq']);
  return [...parts.values()].flatMap((rows) =>
    rows.every((row) => typeof row['name'] === 'string') ? [rows.map((row) => text(row['name']))] : [],
  );
}

async function foreignKeys(ask: Ask, table: string): Promise<CatalogTable['foreignKeys']> {
  const keys = Map.groupBy(await ask(FOREIGN, [table]), (row) => row['id']);
  const enforcing =
    (await ask('SELECT foreign_keys AS enforced FROM pragma_foreign_keys'))[0]?.['enforced'] === 1n;
  return [...keys.values()].map((rows) => ({
    columns: rows.map((row) => text(row['from'])),
    table: text(rows[0]?.['table']),
    references: rows.map((row) => text(row['to'])),
    enforced: enforcing,
  }));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
