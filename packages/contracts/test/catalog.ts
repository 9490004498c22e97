import type { Catalog, CatalogColumn, CatalogTable } from '@perf/contracts';

const column = (name: string, type: CatalogColumn['type'], nullable = false): CatalogColumn => ({
  name,
  type,
  nullable,
});

const table = (
  name: string,
  columns: readonly CatalogColumn[],
  uniqueKeys: readonly (readonly string[])[],
): CatalogTable => ({ name, columns, uniqueKeys, foreignKeys: [] });

const flights = table(
  'flights',
  [
    column('id', { kind: 'int64' }),
    column('origin', { kind: 'utf8' }),
    column('destination', { kind: 'utf8' }, true),
    column('delay', { kind: 'int32' }, true),
    column('distance', { kind: 'float64' }, true),
    column('fare', { kind: 'decimal', precision: 8, scale: 2 }, true),
    column('flown', { kind: 'date' }),
    column('left_at', { kind: 'timestamp', unit: 'us' }, true),
    column('cancelled', { kind: 'bool' }, true),
    column('raw', { kind: 'binary' }, true),
    column('extra', { kind: 'json' }, true),
    column('stops', { kind: 'list', item: { kind: 'utf8' } }, true),
    column('ticket', { kind: 'utf8' }, true),
  ],
  [['id'], ['ticket'], ['origin', 'flown']],
);

const airports = table(
  'airports',
  [
    column('iata', { kind: 'utf8' }),
    { ...column('name', { kind: 'utf8' }, true), classification: 'pii' },
    column('origin', { kind: 'utf8' }, true),
    column('country', { kind: 'int32' }, true),
  ],
  [['iata']],
);

const odd = table(
  'odd',
  [
    column('c', { kind: 'int32' }),
    column('odd.c', { kind: 'utf8' }),
    column('C', { kind: 'utf8' }),
    column('__proto__', { kind: 'utf8' }),
    column('constructor', { kind: 'utf8' }),
  ],
  [],
);

/** Tables with every type, keys with and without nulls, and names that trip careless code. */
export const catalog: Catalog = {
  version: 'v1',
  tables: new Map([flights, airports, odd].map((one) => [one.name, one])),
};
