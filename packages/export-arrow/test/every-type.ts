import type { Batch, BatchSource, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';

/** A column of each type. */
export const everyType: Schema = {
  fields: [
    { name: 'flag', type: { kind: 'bool' }, nullable: true },
    { name: 'small', type: { kind: 'int32' }, nullable: true },
    { name: 'large', type: { kind: 'int64' }, nullable: true },
    { name: 'double', type: { kind: 'float64' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 38, scale: 4 }, nullable: true },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'at_s', type: { kind: 'timestamp', unit: 's' }, nullable: true },
    { name: 'at_ms', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    { name: 'at_us', type: { kind: 'timestamp', unit: 'us' }, nullable: true },
    { name: 'at_ns', type: { kind: 'timestamp', unit: 'ns' }, nullable: true },
    { name: 'raw', type: { kind: 'binary' }, nullable: true },
    { name: 'document', type: { kind: 'json' }, nullable: true },
    { name: 'tags', type: { kind: 'list', item: { kind: 'utf8' } }, nullable: true },
    {
      name: 'nested',
      type: { kind: 'list', item: { kind: 'list', item: { kind: 'int64' } } },
      nullable: true,
    },
    {
      name: 'prices',
      type: { kind: 'list', item: { kind: 'decimal', precision: 5, scale: 1 } },
      nullable: true,
    },
  ],
};

/** Rows at the edges of their types, and rows of nothing. */
export const edgeRows: readonly (readonly unknown[])[] = [
  [
    true,
    2 ** 31 - 1,
    2n ** 63n - 1n,
    Number.NaN,
    `${'9'.repeat(34)}.9999`,
    '',
    '1899-12-31',
    new Date(-1000),
    new Date(-1),
    -1n,
    -1n,
    Uint8Array.of(),
    {},
    [],
    [],
    [],
  ],
  Array.from({ length: 16 }, () => null),
  [
    false,
    -(2 ** 31),
    -(2n ** 63n),
    -0,
    `-${'9'.repeat(34)}.9999`,
    'Zürich 😀',
    '0001-01-01',
    new Date('9999-12-31T23:59:59Z'),
    new Date('9999-12-31T23:59:59.999Z'),
    253_402_300_799_999_999n,
    2n ** 62n,
    Uint8Array.of(0, 255),
    { a: [1, null], b: 'x' },
    ['a', null, ''],
    [[1n, null], null, []],
    ['0.1', null, '-9999.9'],
  ],
  [
    true,
    0,
    -(2n ** 53n) - 1n,
    Number.POSITIVE_INFINITY,
    '0.0000',
    'a\u0000b',
    '9999-12-31',
    new Date(0),
    new Date(0),
    0n,
    0n,
    Uint8Array.of(1),
    [1, 2],
    ['x'],
    [[2n ** 63n - 1n]],
    ['0.0'],
  ],
  [
    null,
    -1,
    -1n,
    Number.NEGATIVE_INFINITY,
    '-0.0001',
    '\ufeffmark',
    '1970-01-01',
    new Date(1e12),
    new Date(1e12 + 1),
    1n,
    1n,
    Uint8Array.of(1, 2, 3),
    'text',
    ['long '.repeat(100)],
    [[]],
    [],
  ],
];

/** A source of these rows in one batch, in the shape asked for. */
export function edgeSource(shape: 'rows' | 'columns', schema = everyType, rows = edgeRows): BatchSource {
  const batch: Batch = { kind: 'rows', schema, layout: 'arrays', rows };
  return batchSource(schema, [shape === 'rows' ? batch : toColumns(batch)]);
}
