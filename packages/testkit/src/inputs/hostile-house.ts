import type { Catalog, CatalogColumn, CatalogTable, DataType, Dialect, Statement } from '@perf/contracts';
import { hostileStrings } from '../hostile-strings.ts';

/** The table that holds every hostile text as a value: `id`, `body`. */
export const TEXTS = 'texts';
/** The table whose columns have hostile names; row 1 holds each column's place, row 2 its negative. */
export const COLUMNS = 'columns';

/** Names long enough for nobody: Postgres keeps 63 bytes. */
const MOST_BYTES = 63;
/** Columns of one table. */
const MOST_COLUMNS = 60;

/** Hostile texts that can be names in every engine: no two alike but for case, none too long, none reserved. */
export const hostileNames: readonly string[] = usableNames();

/** Names of the columns of `COLUMNS`, after its `id`. */
export const hostileColumns: readonly string[] = hostileNames.slice(0, MOST_COLUMNS);

/** Names of tables with the columns `id` and `place`; row 1 holds the table's place among them. */
export const hostileTables: readonly string[] = hostileNames.filter(
  (name) => name !== TEXTS && name !== COLUMNS,
);

function usableNames(): string[] {
  const taken = new Set<string>(['id', 'place', TEXTS, COLUMNS]);
  return hostileStrings.filter((name) => {
    const folded = name.normalize('NFKC').toLowerCase().trim();
    const usable =
      folded !== '' &&
      new TextEncoder().encode(name).length <= MOST_BYTES &&
      !/^(sqlite|pg)_/i.test(folded) &&
      !taken.has(folded);
    taken.add(folded);
    return usable;
  });
}

/** Statements that build the house in an empty database; every value is bound. */
export function hostileHouse(dialect: Exclude<Dialect, 'mysql'>): readonly Statement[] {
  const sign = dialect === 'sqlite' ? '?' : '$';
  const integer = dialect === 'sqlite' ? 'INT' : 'INTEGER';
  const statement = (text: string, parameters: readonly (string | number)[] = []): Statement => ({
    dialect,
    text,
    parameters,
  });
  const casts =
    dialect === 'postgres' ? [`CAST($1 AS ${integer})`, 'CAST($2 AS TEXT)'] : [`${sign}1`, `${sign}2`];
  const columns = hostileColumns.map(quoted);
  const row = (id: number, sign_: number): Statement =>
    statement(
      `INSERT INTO ${quoted(COLUMNS)} VALUES (${id}, ${columns.map((_, i) => (i + 1) * sign_).join(', ')})`,
    );
  return [
    statement(`CREATE TABLE ${quoted(TEXTS)} (id ${integer} NOT NULL PRIMARY KEY, body TEXT)`),
    ...hostileStrings.map((body, i) =>
      statement(`INSERT INTO ${quoted(TEXTS)} VALUES (${casts.join(', ')})`, [i + 1, body]),
    ),
    statement(`INSERT INTO ${quoted(TEXTS)} VALUES (0, NULL)`),
    statement(
      `CREATE TABLE ${quoted(COLUMNS)} (id ${integer} NOT NULL PRIMARY KEY, ${columns.map((name) => `${name} ${integer}`).join(', ')})`,
    ),
    row(1, 1),
    row(2, -1),
    ...hostileTables.flatMap((name, i) => [
      statement(`CREATE TABLE ${quoted(name)} (id ${integer} NOT NULL PRIMARY KEY, place ${integer})`),
      statement(`INSERT INTO ${quoted(name)} VALUES (1, ${i + 1})`),
    ]),
  ];
}

/** The house as a catalogue, for a database that has no engine yet. */
export function hostileCatalog(): Catalog {
  const int: DataType = { kind: 'int32' };
  const column = (name: string, type: DataType, nullable: boolean): CatalogColumn => ({
    name,
    type,
    nullable,
  });
  const table = (name: string, columns: readonly CatalogColumn[]): [string, CatalogTable] => [
    name,
    { name, columns: [column('id', int, false), ...columns], uniqueKeys: [['id']], foreignKeys: [] },
  ];
  return {
    version: '1',
    tables: new Map([
      table(TEXTS, [column('body', { kind: 'utf8' }, true)]),
      table(
        COLUMNS,
        hostileColumns.map((name) => column(name, int, true)),
      ),
      ...hostileTables.map((name) => table(name, [column('place', int, true)])),
    ]),
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
