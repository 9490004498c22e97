import { join } from 'node:path';
import type { Catalog, Dialect, QueryStatistics } from '@perf/contracts';
import type { CommerceRow } from '../commerce/commerce-rows.ts';
import { COMMERCE } from '../commerce/commerce-schema.ts';
import { commerceInserts, commerceTables } from '../commerce/commerce-sql.ts';
import type { SqlHouse } from './sql-house.ts';
import { openSqlHouse } from './sql-house.ts';

/** The shop in one engine. */
export interface Shop extends AsyncDisposable {
  readonly house: SqlHouse;
  readonly catalog: Catalog;
  readonly statistics: QueryStatistics;
}

/** Indexes besides keys: the dates and the customer of an order. MariaDB makes one of every foreign key by itself. */
const INDEXES = ['order_date', 'created_at', 'customer_id'];

/** Loads the shop into a new database. @param indexed whether the orders have indexes on their dates and customer */
export async function openShop(
  dialect: Dialect,
  rows: ReadonlyMap<string, readonly CommerceRow[]>,
  {
    folder,
    indexed,
    onProgress,
  }: { readonly folder: string; readonly indexed: boolean; readonly onProgress: (share: number) => void },
): Promise<Shop> {
  const house = await openSqlHouse(dialect, join(folder, dialect), async (run) => {
    for (const sql of commerceTables(dialect)) await run(sql);
    for (const [i, table] of COMMERCE.entries()) {
      for (const sql of commerceInserts(table, rows.get(table.name) ?? [], dialect)) await run(sql);
      onProgress((i + 1) / COMMERCE.length);
    }
    // DuckDB reads in order anyway, and its indexes are for points alone.
    if (indexed && dialect !== 'duckdb')
      for (const column of INDEXES)
        if (dialect !== 'mysql' || column !== 'customer_id')
          await run(`CREATE INDEX orders_${column} ON orders (${column})`);
  });
  try {
    const catalog = await house.engine.catalog();
    const statistics = await house.engine.statistics(COMMERCE.map(({ name }) => name));
    return { house, catalog, statistics, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() };
  } catch (error) {
    await house[Symbol.asyncDispose]();
    throw error;
  }
}
