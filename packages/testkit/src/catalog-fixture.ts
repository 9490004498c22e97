import type { Catalog, CatalogColumn, CatalogTable, DataType } from '@perf/contracts';

function column(name: string, type: DataType, nullable = false): CatalogColumn {
  return { name, type, nullable };
}

const airports: CatalogTable = {
  name: 'airports',
  columns: [
    column('iata', { kind: 'utf8' }),
    column('name', { kind: 'utf8' }),
    column('state', { kind: 'utf8' }, true),
    column('latitude', { kind: 'float64' }, true),
    column('opened', { kind: 'date' }, true),
  ],
  uniqueKeys: [['iata']],
  foreignKeys: [],
};

const carriers: CatalogTable = {
  name: 'carriers',
  columns: [
    column('id', { kind: 'int32' }),
    column('name', { kind: 'utf8' }),
    column('active', { kind: 'bool' }),
  ],
  uniqueKeys: [['id'], ['name']],
  foreignKeys: [],
};

const flights: CatalogTable = {
  name: 'flights',
  columns: [
    column('id', { kind: 'int64' }),
    column('departed', { kind: 'timestamp', unit: 'ms' }),
    column('delay', { kind: 'int32' }, true),
    column('distance', { kind: 'int32' }),
    column('fare', { kind: 'decimal', precision: 10, scale: 2 }, true),
    column('origin', { kind: 'utf8' }),
    column('destination', { kind: 'utf8' }),
    column('carrier', { kind: 'int32' }, true),
    column('notes', { kind: 'json' }, true),
  ],
  uniqueKeys: [['id']],
  foreignKeys: [
    { columns: ['origin'], table: 'airports', references: ['iata'], enforced: true },
    { columns: ['destination'], table: 'airports', references: ['iata'], enforced: false },
    { columns: ['carrier'], table: 'carriers', references: ['id'], enforced: true },
  ],
};

const measurements: CatalogTable = {
  name: 'measurements',
  columns: [
    column('airport', { kind: 'utf8' }),
    column('hour', { kind: 'timestamp', unit: 'us' }),
    column('wind', { kind: 'float64' }, true),
    column('raw', { kind: 'binary' }, true),
  ],
  uniqueKeys: [['airport', 'hour']],
  foreignKeys: [{ columns: ['airport'], table: 'airports', references: ['iata'], enforced: true }],
};

/**
 * A small catalogue for tests that need no engine: airports, carriers, flights and measurements, with keys of one and two
 * columns, foreign keys enforced and not, nullable columns, and every kind of type but lists.
 */
export const catalogFixture: Catalog = {
  version: 'fixture-1',
  tables: new Map([airports, carriers, flights, measurements].map((table) => [table.name, table])),
};
