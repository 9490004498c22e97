import type { CatalogTable, ForeignKey, TableIndex } from '@perf/contracts';
import { indexDrops } from '../advisor/index-drops.ts';
import type { Defect } from './defect.ts';
import type { StatementFacts } from './statement-defects.ts';
import { MANY_ROWS } from './statement-defects.ts';

/** Bytes and rows from which a table is called big. */
const BIG_BYTES = 10 * 1024 ** 3;
const BIG_ROWS = 100_000_000;

/** What is wrong by the catalogue alone. @param indexes all there are; undefined: the engine does not tell */
export function catalogDefects(
  { catalog, statistics, dialect }: StatementFacts,
  indexes: readonly TableIndex[] | undefined,
): readonly Defect[] {
  return [...catalog.tables.values()].flatMap((table) => {
    const { rows = 0, bytes = 0 } = statistics.tables.get(table.name) ?? {};
    const own = indexes?.filter((index) => index.table === table.name);
    return [
      ...(rows >= BIG_ROWS || bytes >= BIG_BYTES ? [bigTable(table, rows, bytes)] : []),
      // A view has neither; statistics tell a table.
      ...(statistics.tables.has(table.name) && dialect !== 'bigquery' ? keyDefects(table, rows, own) : []),
      ...(own === undefined || rows < MANY_ROWS ? [] : foreignKeyDefects(table, own)),
      ...(own === undefined || dialect === 'bigquery' ? [] : dropDefects(own, table, dialect)),
    ];
  });
}

function bigTable({ name }: CatalogTable, rows: number, bytes: number): Defect {
  const size = bytes > 0 ? `, ${(bytes / 1024 ** 3).toFixed(1)} GiB` : '';
  return {
    kind: 'big-table',
    severity: 'low',
    subject: name,
    what: `${name} has ${Math.round(rows).toLocaleString('en')} rows${size}.`,
    fix: 'Split it by a date that queries ask for, and move old rows away.',
    statements: [],
  };
}

function keyDefects(
  { name, uniqueKeys }: CatalogTable,
  rows: number,
  indexes: readonly TableIndex[] | undefined,
): readonly Defect[] {
  const severity = rows >= MANY_ROWS ? 'high' : 'low';
  if (indexes?.length === 0 && uniqueKeys.length === 0)
    return [
      {
        kind: 'no-index',
        severity,
        subject: name,
        what: `${name} has no index at all: every question reads all of it.`,
        fix: 'Give it a primary key, and indexes on what is looked up.',
        statements: [],
      },
    ];
  if (uniqueKeys.length > 0) return [];
  return [
    {
      kind: 'no-key',
      severity: 'medium',
      subject: name,
      what: `Nothing tells two rows of ${name} apart.`,
      fix: 'Declare a primary key: replication, paging by key and many rewrites need one.',
      statements: [],
    },
  ];
}

/** Columns that refer to another table, and no index begins with them: joins and deletes of the other table read all rows. */
function foreignKeyDefects(
  { name, foreignKeys, uniqueKeys }: CatalogTable,
  indexes: readonly TableIndex[],
): readonly Defect[] {
  const covers = (columns: readonly string[], { columns: wanted }: ForeignKey): boolean =>
    wanted.every((column) => columns.slice(0, wanted.length).includes(column));
  return foreignKeys
    .filter(
      (key) =>
        !indexes.some(
          ({ columns, partial }) =>
            !partial &&
            covers(
              columns.map((each) => each.name),
              key,
            ),
        ) && !uniqueKeys.some((columns) => covers(columns, key)),
    )
    .map((key): Defect => {
      const subject = `${name}(${key.columns.join(', ')})`;
      return {
        kind: 'unindexed-foreign-key',
        severity: 'medium',
        subject,
        what: `${subject} refers to ${key.table}, and no index begins with it.`,
        fix: `Make an index on ${subject}: joins and deletes of ${key.table} look there.`,
        statements: [],
      };
    });
}

function dropDefects(
  indexes: readonly TableIndex[],
  table: CatalogTable,
  dialect: Exclude<StatementFacts['dialect'], 'bigquery'>,
): readonly Defect[] {
  const supports = ({ columns }: TableIndex): boolean =>
    table.foreignKeys.some((key) => key.columns.every((column, i) => columns[i]?.name === column));
  return indexDrops(indexes, dialect, supports).map(({ index, reason, coveredBy, ddl }): Defect => ({
    kind: reason === 'unused' ? 'unused-index' : 'duplicate-index',
    severity: 'low',
    subject: `${index.table}(${index.name})`,
    what:
      reason === 'unused'
        ? `The index ${index.name} of ${index.table} was never used since the engine began to count.`
        : `The index ${index.name} of ${index.table} does nothing that ${coveredBy ?? 'another'} does not.`,
    fix: `Drop it: ${ddl}`,
    statements: [],
  }));
}
