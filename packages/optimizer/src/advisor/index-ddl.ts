import { nodeCrypto } from '../node-crypto.ts';
import type { HypotheticalIndex, IndexColumn, TableIndex } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';
import { TRAITS } from '../sql/sql-name.ts';

/** Most bytes of a name that every engine takes. */
const MOST_BYTES = 63;

/**
 * The name of an index: of its table and columns, the same each time. Where that is longer than engines take, or `taken`, it ends in a hash of what
 * the index is.
 */
export function indexName(index: HypotheticalIndex, taken: ReadonlySet<string>): string {
  const { table, columns, only } = index;
  const words = [
    table,
    ...columns.map(({ name, direction }) => (direction === 'desc' ? `${name}_desc` : name)),
    ...(only === undefined ? [] : [only.is === 'true' ? `if_${only.column}` : `with_${only.column}`]),
    'idx',
  ];
  const plain = words.join('_');
  if (Buffer.byteLength(plain) <= MOST_BYTES && !taken.has(plain)) return plain;
  const hash = nodeCrypto().createHash('sha256').update(JSON.stringify(index)).digest('hex').slice(0, 8);
  return `${shortened(plain.slice(0, -'_idx'.length), MOST_BYTES - 13)}_${hash}_idx`;
}

/** Makes an index, beside running writers where the engine can. Names are quoted. */
export function createIndexDdl(index: HypotheticalIndex, name: string, dialect: SqlName): string {
  const { table, columns, include = [], only } = index;
  const keys = columns.map((column) => printColumn(column, dialect)).join(', ');
  const kept =
    include.length === 0 ? '' : ` INCLUDE (${include.map((each) => quoted(each, dialect)).join(', ')})`;
  const on = `${quoted(name, dialect)} ON ${quoted(table, dialect)} (${keys})${kept}`;
  if (dialect === 'mysql') return `CREATE INDEX ${on} ALGORITHM=INPLACE LOCK=NONE`;
  return `CREATE INDEX ${dialect === 'postgres' ? 'CONCURRENTLY ' : ''}${on}${condition(only, dialect)}`;
}

/** Takes an index away, beside running writers where the engine can. */
export function dropIndexDdl(
  { name, table }: { readonly name: string; readonly table: string },
  dialect: SqlName,
): string {
  if (dialect === 'mysql')
    return `DROP INDEX ${quoted(name, dialect)} ON ${quoted(table, dialect)} ALGORITHM=INPLACE LOCK=NONE`;
  return `DROP INDEX ${dialect === 'postgres' ? 'CONCURRENTLY ' : ''}${quoted(name, dialect)}`;
}

/** Makes an index again that stands now. */
export function recreateDdl({ name, table, columns, unique }: TableIndex, dialect: SqlName): string {
  const ddl = createIndexDdl({ table, columns }, name, dialect);
  return unique ? ddl.replace('CREATE INDEX', 'CREATE UNIQUE INDEX') : ddl;
}

/** A name in the quotes of the dialect. */
export function quoted(name: string, dialect: SqlName): string {
  const quote = TRAITS[dialect].nameQuotes[0] ?? '"';
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}

function printColumn({ name, direction }: IndexColumn, dialect: SqlName): string {
  return `${quoted(name, dialect)}${direction === 'desc' && dialect !== 'duckdb' ? ' DESC' : ''}`;
}

function condition(only: HypotheticalIndex['only'], dialect: SqlName): string {
  if (only === undefined) return '';
  return ` WHERE ${quoted(only.column, dialect)}${only.is === 'present' ? ' IS NOT NULL' : ''}`;
}

/** The beginning of a text in so many bytes, without half a sign at its end. */
function shortened(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, bytes).toString().replace(/�+$/, '');
}
