import type { Catalog, DataType, HypotheticalIndex, QueryStatistics } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';

/** Bytes of an entry besides its values, header and pointer, the multiple that values are filled up to, and how much pages that are not full and those above the leaves add. */
const ENTRIES: Readonly<
  Record<SqlName, { readonly own: number; readonly unit: number; readonly fill: number }>
> = {
  postgres: { own: 12, unit: 8, fill: 1.12 },
  mysql: { own: 12, unit: 1, fill: 1.12 },
  sqlite: { own: 8, unit: 1, fill: 1.06 },
  duckdb: { own: 12, unit: 8, fill: 1.12 },
  bigquery: { own: 12, unit: 8, fill: 1.12 },
};
/** Bytes of a row's place in an entry that is shared by equal values. */
const SHARED_PLACE = 6.3;
/** Pages that even an empty index has. */
const LEAST = 16_384;
/** Rows of a table of which nothing is known. */
const DEFAULT_ROWS = 1000;

/** Types whose equal values are not kept once. */
const UNSHARED: ReadonlySet<string> = new Set(['decimal', 'float64']);

/** Bytes that an index is expected to take, from rows and mean bytes of its columns. */
export function indexBytes(
  { table, columns, include = [], only }: HypotheticalIndex,
  dialect: SqlName,
  { catalog, statistics }: { readonly catalog: Catalog; readonly statistics: QueryStatistics },
): number {
  const known = statistics.tables.get(table);
  const declared = new Map(catalog.tables.get(table)?.columns.map(({ name, type }) => [name, type]));
  const all = (known?.rows ?? DEFAULT_ROWS) * shareOf(only, statistics, table);
  const names = [...columns.map(({ name }) => name), ...include];
  const values = names.reduce(
    (sum, name) => sum + valueBytes(known?.columns.get(name)?.averageBytes, declared.get(name), dialect),
    0,
  );
  const { own, unit, fill } = ENTRIES[dialect];
  const entry = own + Math.ceil(values / unit) * unit;
  const distinct = names.reduce(
    (product, name) => Math.min(all, product * (known?.columns.get(name)?.distinct ?? all)),
    1,
  );
  // Postgres keeps equal values once, but for numbers that can be written in two ways.
  const isShared =
    dialect === 'postgres' &&
    include.length === 0 &&
    names.every((name) => !UNSHARED.has(declared.get(name)?.kind ?? '')) &&
    distinct * 2 < all;
  return Math.ceil(LEAST + fill * (isShared ? all * SHARED_PLACE + distinct * entry : all * entry));
}

/** Share of a table's rows that an index holds. */
function shareOf(only: HypotheticalIndex['only'], statistics: QueryStatistics, table: string): number {
  if (only === undefined) return 1;
  const column = statistics.tables.get(table)?.columns.get(only.column);
  if (only.is === 'present') return 1 - (column?.nullFraction ?? 0);
  const isTrue = column?.commonValues?.find(({ value }) => value === true || value === 1 || value === 1n);
  return isTrue?.fraction ?? 0.5;
}

/** SQLite writes a whole number in as few bytes as hold it, whatever its column was declared as. */
const SMALL_INTEGER = 3;

function valueBytes(average: number | undefined, type: DataType | undefined, dialect: SqlName): number {
  const isWhole = type?.kind === 'int32' || type?.kind === 'int64' || type?.kind === 'bool';
  return dialect === 'sqlite' && isWhole ? SMALL_INTEGER : (average ?? typeBytes(type));
}

/** Bytes of a value of which only the type is known. */
function typeBytes(type: DataType | undefined): number {
  switch (type?.kind) {
    case 'bool':
      return 1;
    case 'int32':
    case 'date':
      return 4;
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return 24;
    case 'int64':
    case 'float64':
    case 'decimal':
    case 'timestamp':
    case undefined:
      return 8;
  }
}
