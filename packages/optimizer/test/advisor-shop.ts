import type {
  Catalog,
  CatalogColumn,
  CatalogTable,
  ColumnStatistics,
  DataType,
  HypotheticalIndex,
  QueryStatistics,
  TableStatistics,
} from '@perf/contracts';
import type { AskCost } from '@perf/optimizer';

const KINDS: Readonly<Record<string, DataType>> = {
  int: { kind: 'int32' },
  text: { kind: 'utf8' },
  bool: { kind: 'bool' },
  time: { kind: 'timestamp', unit: 'us' },
  json: { kind: 'json' },
};

/** Requests of an API and its users; `id` is the key of both. */
export const CATALOG: Catalog = {
  version: '1',
  tables: new Map(
    [
      table(
        'requests',
        'id int, user_id int, endpoint text, status int, at time, error text?, is_slow bool, body json?',
        [{ columns: ['user_id'], table: 'users', references: ['id'], enforced: true }],
      ),
      table('users', 'id int, name text, country text'),
    ].map((each) => [each.name, each]),
  ),
};

const ROWS = 100_000;

export const STATISTICS: QueryStatistics = {
  tables: new Map([
    [
      'requests',
      known(ROWS, {
        id: { nullFraction: 0, distinct: ROWS, averageBytes: 4 },
        user_id: { nullFraction: 0, distinct: 1000, averageBytes: 4, histogram: [1, 500, 1000] },
        endpoint: {
          nullFraction: 0,
          distinct: 20,
          averageBytes: 12,
          commonValues: [{ value: '/a', fraction: 0.2 }],
        },
        status: { nullFraction: 0, distinct: 8, averageBytes: 4 },
        at: { nullFraction: 0, distinct: ROWS, averageBytes: 8 },
        error: { nullFraction: 0.98, distinct: 50, averageBytes: 20 },
        is_slow: {
          nullFraction: 0,
          distinct: 2,
          averageBytes: 1,
          commonValues: [
            { value: false, fraction: 0.99 },
            { value: true, fraction: 0.01 },
          ],
        },
      }),
    ],
    ['users', known(1000, { id: { nullFraction: 0, distinct: 1000, averageBytes: 4 } })],
  ]),
};

/**
 * A small planner: reads a table whole, or what an index leaves of it, by the columns that the statement compares; sorts, unless the index gives the
 * order. A pure function of the text and the indexes.
 */
export const modelCost: AskCost = async (text, indexes) => {
  const best = indexes.map((index) => share(text, index)).concat(1);
  const sort = / order by /.test(text) && !indexes.some((index) => givesOrder(text, index)) ? 1000 : 0;
  return 10 + ROWS * 0.02 * Math.min(...best) + sort;
};

const SHARES: Readonly<Record<string, number>> = {
  user_id: 0.001,
  endpoint: 0.05,
  status: 0.1,
  at: 0.1,
  is_slow: 0.01,
  country: 0.1,
};

function share(text: string, { table: name, columns, only }: HypotheticalIndex): number {
  if (!text.includes(name)) return 1;
  if (only?.is === 'present' && !text.includes(`${only.column} is not null`)) return 1;
  if (only?.is === 'true' && !text.includes(`and ${only.column}`)) return 1;
  let left = only === undefined ? 1 : 0.02;
  for (const { name: column } of columns) {
    if (!new RegExp(`\\b${column} (=|>)`).test(text)) break;
    left *= SHARES[column] ?? 0.5;
  }
  return left;
}

function givesOrder(text: string, { columns }: HypotheticalIndex): boolean {
  const wanted = / order by (\w+)( desc)?/.exec(text);
  const at = columns.findIndex(({ name }) => name === wanted?.[1]);
  return (
    at >= 0 &&
    columns.slice(0, at).every(({ name }) => text.includes(`${name} =`)) &&
    columns[at]?.direction === (wanted?.[2] === undefined ? undefined : 'desc')
  );
}

function table(name: string, columns: string, foreignKeys: CatalogTable['foreignKeys'] = []): CatalogTable {
  const all = columns.split(', ').map((text): CatalogColumn => {
    const [column = '', kind = ''] = text.split(' ');
    return {
      name: column,
      type: KINDS[kind.replace('?', '')] ?? { kind: 'utf8' },
      nullable: kind.endsWith('?'),
    };
  });
  return { name, columns: all, uniqueKeys: [['id']], foreignKeys };
}

function known(rows: number, columns: Readonly<Record<string, ColumnStatistics>>): TableStatistics {
  return { rows, sampledRows: rows, bytes: rows * 100, columns: new Map(Object.entries(columns)) };
}
