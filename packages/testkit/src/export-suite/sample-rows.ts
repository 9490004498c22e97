import type { ArrayRowBatch, Batch, BatchSource, ColumnBatch, ObjectRowBatch, Schema } from '@perf/contracts';
import { toColumns } from '@perf/contracts';
import { hostileStrings } from '../hostile-strings.ts';

/** One column of each plain type, most of them nullable. */
export const SCHEMA: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
    { name: 'amount', type: { kind: 'float64' }, nullable: true },
    { name: 'account', type: { kind: 'int64' }, nullable: true },
    { name: 'flag', type: { kind: 'bool' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true },
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
  ],
};

const AMOUNTS = [0, 0.1, -1.5, 1e21, 5e-324, 1 / 3, 123_456_789.125];
const ACCOUNTS = [0n, -1n, 9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n)];
const PRICES = ['0.00', '-0.05', '9999999999.99'];
const DAYS = ['1970-01-01', '2000-02-29', '9999-12-31'];
const INSTANTS = [0, 983_404_799_999, -1].map((ms) => new Date(ms));

/** Rows with a null in each nullable column now and then, and every hostile text once. */
export function sampleRows(count: number): unknown[][] {
  return Array.from({ length: count }, (_, id) => {
    const cells = [
      cycled(hostileStrings, id),
      cycled(AMOUNTS, id),
      cycled(ACCOUNTS, id),
      id % 2 === 0,
      cycled(PRICES, id),
      cycled(DAYS, id),
      cycled(INSTANTS, id),
    ];
    return [id, ...cells.map((cell, column) => (id % 11 === column + 2 ? null : cell))];
  });
}

/** How a stretch of rows is handed over. */
export const SHAPES: readonly (readonly [name: string, make: (rows: readonly unknown[][]) => Batch])[] = [
  ['arrays', arraysOf],
  ['objects', objectsOf],
  ['columns', columnsOf],
];

/** A source over `rows`, `batchRows` at a time. */
export function sourceOf(
  rows: readonly unknown[][],
  batchRows = 100,
  make: (rows: readonly unknown[][]) => Batch = arraysOf,
): BatchSource {
  return {
    schema: SCHEMA,
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < rows.length; from += batchRows)
        yield make(rows.slice(from, from + batchRows));
    },
  };
}

function arraysOf(rows: readonly unknown[][]): ArrayRowBatch {
  return { kind: 'rows', schema: SCHEMA, layout: 'arrays', rows };
}

function objectsOf(rows: readonly unknown[][]): ObjectRowBatch {
  const names = SCHEMA.fields.map((field) => field.name);
  const objects = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
  return { kind: 'rows', schema: SCHEMA, layout: 'objects', rows: objects };
}

function columnsOf(rows: readonly unknown[][]): ColumnBatch {
  return toColumns(arraysOf(rows));
}

function cycled<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}
