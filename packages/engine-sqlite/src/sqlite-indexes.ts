import type { IndexColumn, TableIndex } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import type { Ask, Row } from './sqlite-collations.ts';

const INDEXES = `SELECT l.name AS "index", l."unique" AS is_unique, l.origin, l.partial, i.name, i."desc" AS descending
  FROM pragma_index_list(?1) AS l JOIN pragma_index_xinfo(l.name) AS i WHERE i.key = 1 ORDER BY l.seq DESC, i.seqno`;
const PRIMARY_KEY = `SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk`;
/** Walks the pages of one B-tree. */
const BYTES = 'SELECT pgsize AS bytes FROM dbstat WHERE aggregate = TRUE AND name = ?1';

/** The indexes of one table on columns alone; the rowid is none. */
export async function readIndexes(ask: Ask, table: string): Promise<readonly TableIndex[]> {
  const rows = Map.groupBy(await ask(INDEXES, [table]), (row) => row['index']);
  const found: TableIndex[] = [];
  for (const columns of rows.values()) {
    const [first] = columns;
    const isOnColumns = columns.every((row) => typeof row['name'] === 'string');
    if (first === undefined || !isOnColumns) continue;
    const name = String(first['index']);
    const bytes = await treeBytes(ask, name);
    found.push({
      name,
      table,
      columns: columns.map(indexColumn),
      unique: first['is_unique'] === 1n,
      primary: first['origin'] === 'pk',
      partial: first['partial'] === 1n,
      ...(bytes === undefined ? {} : { bytes }),
    });
  }
  return found;
}

/** Columns of what finds rows of a table: its indexes that leave nothing out, and the key that is its rowid. */
export async function indexedColumns(ask: Ask, table: string): Promise<readonly (readonly string[])[]> {
  const rows = Map.groupBy(await ask(INDEXES, [table]), (row) => row['index']);
  const whole = [...rows.values()].filter((columns) =>
    columns.every((row) => typeof row['name'] === 'string' && row['partial'] === 0n),
  );
  const isRowId = ![...rows.values()].some(([row]) => row?.['origin'] === 'pk');
  const key = isRowId ? (await ask(PRIMARY_KEY, [table])).map(nameOf) : [];
  return [...(key.length === 0 ? [] : [key]), ...whole.map((columns) => columns.map(nameOf))];
}

/** Bytes of a table or index; undefined where this SQLite cannot tell, and for a view. */
export async function treeBytes(ask: Ask, name: string): Promise<number | undefined> {
  try {
    const [row] = await ask(BYTES, [name]);
    return row === undefined ? undefined : Number(row['bytes']);
  } catch (error) {
    // A build without dbstat.
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return undefined;
    throw error;
  }
}

function indexColumn(row: Row): IndexColumn {
  return row['descending'] === 1n ? { name: nameOf(row), direction: 'desc' } : { name: nameOf(row) };
}

function nameOf(row: Row): string {
  return String(row['name']);
}
