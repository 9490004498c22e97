import {
  batchLength,
  cellReader,
  columnOf,
  isPresent,
  isUtf8Data,
  parseDataType,
  toColumns,
  toRows,
} from '@perf/contracts';
import type { Batch, Column, DataType, Field, Schema } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const typeNamed = (text: string): DataType => parseDataType(text) ?? { kind: 'json' };
const field = (type: string, name = 'v'): Field => ({ name, type: typeNamed(type), nullable: true });

const instant = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int32: fc.integer(),
  int64: instant,
  float64: fc.double(),
  'decimal(12,2)': fc.bigInt({ min: -999_999_999_999n, max: 999_999_999_999n }).map(
    (units) =>
      `${units < 0n ? '-' : ''}${String(units < 0n ? -units : units)
        .padStart(3, '0')
        .replace(/(..)$/, '.$1')}`,
  ),
  utf8: fc.string({ unit: 'binary' }),
  date: fc
    .integer({ min: -719_528, max: 2_932_896 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
  'timestamp(s)': fc.integer({ min: -1e10, max: 1e10 }).map((seconds) => new Date(seconds * 1000)),
  'timestamp(ms)': fc.date({ noInvalidDate: true }),
  'timestamp(us)': instant,
  'timestamp(ns)': instant,
  binary: fc.uint8Array(),
  json: fc.jsonValue().filter((value) => value !== null),
  'list<int32>': fc.array(fc.integer()),
};
const schema: Schema = { fields: Object.keys(values).map((type) => field(type, type)) };
const row = fc.tuple(...Object.values(values).map((value) => fc.option(value, { nil: null })));

describe('toRows', () => {
  it('gives back what toColumns was given, whatever the layout', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const arrays: Batch = { kind: 'rows', schema, layout: 'arrays', rows };
        const names = Object.keys(values);
        const objects: Batch = {
          kind: 'rows',
          schema,
          layout: 'objects',
          rows: rows.map((cells) =>
            Object.fromEntries(cells.map((cell, i): [string, unknown] => [names[i] ?? '', cell])),
          ),
        };

        expect(toRows(toColumns(arrays)).rows).toEqual(rows);
        expect(toRows(toColumns(objects)).rows).toEqual(rows);
      }),
    );
  });

  it('gives a batch of rows back as it is, and toColumns one of columns', () => {
    const rows: Batch = { kind: 'rows', schema, layout: 'arrays', rows: [] };
    const columns = toColumns(rows);

    expect(toRows(rows)).toBe(rows);
    expect(toColumns(columns)).toBe(columns);
    expect([batchLength(rows), batchLength(columns)]).toEqual([0, 0]);
  });

  it('takes a missing property for null', () => {
    const batch: Batch = {
      kind: 'rows',
      schema: { fields: [field('int32')] },
      layout: 'objects',
      rows: [{}, { v: undefined }, { v: 1 }],
    };

    expect(toRows(toColumns(batch)).rows).toEqual([[null], [null], [1]]);
  });

  it('names a column that a batch lacks', () => {
    const short: Batch = { kind: 'columns', schema, length: 1, columns: [] };

    expect(() => toRows(short)).toThrow('the batch has no column 0');
  });
});

describe('columnOf', () => {
  it('keeps one bit a row, least first, and none without nulls', () => {
    const column = columnOf(field('int32'), [1, null, 3, 4, 5, 6, 7, 8, null]);

    expect(Array.from(column.validity ?? [], (byte, i) => (i === 0 ? byte : byte & 1))).toEqual([
      0b11111101, 0,
    ]);
    expect(columnOf(field('int32'), [1, 2])).not.toHaveProperty('validity');
    expect([0, 1, 8].map((i) => isPresent(column, i))).toEqual([true, false, false]);
  });

  it('uses the typed array of each type', () => {
    const kinds = Object.keys(values).map((type) => columnOf(field(type), []).data.constructor.name);

    expect(kinds).toEqual([
      'Uint8Array',
      'Int32Array',
      'BigInt64Array',
      'Float64Array',
      'Array',
      'Array',
      'Int32Array',
      'BigInt64Array',
      'BigInt64Array',
      'BigInt64Array',
      'BigInt64Array',
      'Array',
      'Array',
      'Array',
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['int64', 5, 5n],
    ['decimal(5,2)', '1', '1.00'],
    ['decimal(5,2)', '-1.5', '-1.50'],
    ['decimal(5,2)', '0001.50', '0001.50'],
    ['timestamp(us)', new Date(1), 1000n],
    ['timestamp(ns)', new Date(-1), -1_000_000n],
    ['timestamp(s)', new Date(-1), new Date(-1000)],
    ['timestamp(s)', 7n, new Date(7000)],
  ])('reads %s from %o too', (type, value, expected) => {
    const column = columnOf(field(type), [value]);

    expect(cellReader(typeNamed(type), column)(0)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['bool', 1],
    ['int32', 1.5],
    ['int32', 2 ** 31],
    ['int32', 1n],
    ['int64', 2 ** 53],
    ['int64', 2n ** 63n],
    ['float64', '1'],
    ['decimal(5,2)', 1.5],
    ['decimal(5,2)', '1.005'],
    ['decimal(5,2)', '1000'],
    ['decimal(5,2)', 'NaN'],
    ['decimal(5,2)', ''],
    ['utf8', 1],
    ['date', '2001-02-29'],
    ['date', new Date()],
    ['timestamp(ms)', new Date(Number.NaN)],
    ['timestamp(us)', '2001-01-01'],
    ['timestamp(us)', 2n ** 63n],
    ['binary', 'x'],
    ['list<int32>', 1],
  ])('refuses %s from %o, naming column and row', (type, value) => {
    expect(() => columnOf(field(type, 'price'), [null, value])).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }),
    );
    expect(() => columnOf(field(type, 'price'), [null, value])).toThrow(/column price, row 1/);
  });
});

describe('cellReader', () => {
  it('decodes UTF-8 data value by value, a byte order mark included', () => {
    const texts = ['', 'a', 'é漢', '😀', '\ufeffmark', ''];
    const parts = texts.map((text) => new TextEncoder().encode(text));
    const offsets = Int32Array.from([
      0,
      ...parts.map(
        (
          (end) => (part: Uint8Array) =>
            (end += part.length)
        )(0),
      ),
    ]);
    const column: Column = { data: { offsets, bytes: new Uint8Array(Buffer.concat(parts)) } };
    const read = cellReader({ kind: 'utf8' }, column);

    expect(texts.map((_, i) => read(i))).toEqual(texts);
    expect(isUtf8Data(column.data)).toBe(true);
  });

  it('does not look at what stands in the place of a null', () => {
    const column: Column = { data: Int32Array.of(-2_147_483_648, 0), validity: Uint8Array.of(0b10) };
    const read = cellReader({ kind: 'date' }, column);

    expect([read(0), read(1)]).toEqual([null, '1970-01-01']);
  });
});
