import type { Catalog, CatalogColumn, CatalogTable, QueryStatistics } from '@perf/contracts';

/** `name kind`, with a question mark where null may stand. */
function table(
  name: string,
  columns: string,
  foreignKeys: CatalogTable['foreignKeys'] = [],
): [string, CatalogTable] {
  const parsed = columns.split(', ').map((text): CatalogColumn => {
    const [column = '', word = ''] = text.split(' ');
    return { name: column, type: typeIn(word.replace('?', '')), nullable: word.endsWith('?') };
  });
  return [name, { name, columns: parsed, uniqueKeys: [['id']], foreignKeys }];
}

function typeIn(word: string): CatalogColumn['type'] {
  switch (word) {
    case 'int':
      return { kind: 'int32' };
    case 'date':
      return { kind: 'date' };
    case 'timestamp':
      return { kind: 'timestamp', unit: 'us' };
    case 'double':
      return { kind: 'float64' };
    default:
      return { kind: 'utf8' };
  }
}

/** Customers, their orders, and items of these. */
export const shop: Catalog = {
  version: '1',
  tables: new Map([
    table('customers', 'id int, name text?, country text, referrer int?'),
    table(
      'orders',
      'id int, customer_id int, day date, at_time timestamp, total int?, status text?, rate double?',
      [{ columns: ['customer_id'], table: 'customers', references: ['id'], enforced: true }],
    ),
    table('items', 'id int, order_id int, product int?, price int', [
      { columns: ['order_id'], table: 'orders', references: ['id'], enforced: true },
    ]),
    table('notes', 'id int, order_id int, body text?', [
      { columns: ['order_id'], table: 'orders', references: ['id'], enforced: false },
    ]),
  ]),
};

/** Tables large enough that what is done once a row costs much. */
export const largeShop: QueryStatistics = {
  tables: new Map(
    Object.entries({ customers: 10_000, orders: 100_000, items: 300_000, notes: 50_000 }).map(
      ([name, rows]) => [name, { rows, sampledRows: 0, columns: new Map() }],
    ),
  ),
};
