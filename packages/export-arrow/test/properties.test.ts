import type { Batch, BatchSource, DataType, Field, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { ArrowOptions } from '@perf/export-arrow';
import { exportArrow, exportParquet, memorySink } from '@perf/export-arrow';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readByDuckDb } from './duckdb.ts';
import { readArrow } from './read-arrow.ts';

/** Values of a type as they read back. */
function valuesOf(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float64':
      return fc.double();
    case 'decimal':
      return fc
        .bigInt({ min: -(10n ** BigInt(type.precision)) + 1n, max: 10n ** BigInt(type.precision) - 1n })
        .map((units) => decimalText(units, type.scale));
    case 'utf8':
      return fc.oneof(fc.constantFrom('', 'a', 'ü', '😀'), fc.string({ unit: 'grapheme', maxLength: 60 }));
    case 'date':
      return fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
    case 'timestamp':
      return type.unit === 'us'
        ? fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n })
        : fc.date({ min: new Date('1700-01-01'), max: new Date('2300-01-01'), noInvalidDate: true });
    case 'binary':
      return fc.uint8Array({ maxLength: 20 });
    case 'json':
      return fc.constant('not generated: reads back as text');
    case 'list':
      return fc.array(fc.option(valuesOf(type.item)), { maxLength: 5 });
  }
}

function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

const plainType: fc.Arbitrary<DataType> = fc.oneof(
  fc.constantFrom<DataType>(
    { kind: 'bool' },
    { kind: 'int32' },
    { kind: 'int64' },
    { kind: 'float64' },
    { kind: 'utf8' },
    { kind: 'date' },
    { kind: 'timestamp', unit: 'ms' },
    { kind: 'timestamp', unit: 'us' },
    { kind: 'binary' },
  ),
  fc.tuple(fc.integer({ min: 1, max: 38 }), fc.nat({ max: 38 })).map(([precision, scale]): DataType => ({
    kind: 'decimal',
    precision,
    scale: Math.min(precision, scale),
  })),
);
const anyType = fc.oneof(
  { weight: 4, arbitrary: plainType },
  { weight: 1, arbitrary: plainType.map((item): DataType => ({ kind: 'list', item })) },
);

interface Table {
  readonly schema: Schema;
  readonly rows: unknown[][];
}

const tables: fc.Arbitrary<Table> = fc
  .array(fc.tuple(anyType, fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((types) => types.map(([type, nullable], i): Field => ({ name: `c${i}`, type, nullable })))
  .chain((fields) =>
    fc
      .array(
        fc.tuple(
          ...fields.map(({ type, nullable }) => (nullable ? fc.option(valuesOf(type)) : valuesOf(type))),
        ),
        {
          maxLength: 40,
        },
      )
      .map((rows) => ({ schema: { fields }, rows })),
  );

type Shape = 'arrays' | 'objects' | 'columns';

function sourceOf({ schema, rows }: Table, shape: Shape, batchRows: number): BatchSource {
  const starts = Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, i) => i * batchRows);
  return batchSource(
    schema,
    starts.map((from) => batchOf(schema, rows.slice(from, from + batchRows), shape)),
  );
}

function batchOf(schema: Schema, rows: unknown[][], shape: Shape): Batch {
  if (shape === 'columns') return toColumns(batchOf(schema, rows, 'arrays'));
  if (shape === 'arrays') return { kind: 'rows', schema, layout: 'arrays', rows };
  const objects = rows.map((row) => Object.fromEntries(schema.fields.map(({ name }, i) => [name, row[i]])));
  return { kind: 'rows', schema, layout: 'objects', rows: objects };
}

async function arrowOf(source: BatchSource, options: ArrowOptions): Promise<Uint8Array> {
  const sink = memorySink();
  await exportArrow(source, sink, { hashOn: 'caller', ...options });
  return sink.bytes();
}

const batchSizes = fc.integer({ min: 1, max: 50 });

describe('any table', () => {
  it('is the same in Arrow, whatever shape and batches it comes in', async () => {
    const options = fc.record<ArrowOptions>({
      format: fc.constantFrom('file', 'stream'),
      dictionary: fc.constantFrom<ArrowOptions['dictionary']>('auto', []),
      compression: fc.constantFrom(undefined, 'zstd', 'lz4'),
    });
    await fc.assert(
      fc.asyncProperty(tables, options, batchSizes, async (table, style, size) => {
        const whole = await arrowOf(sourceOf(table, 'arrays', 1000), style);
        expect(readArrow(whole).rows).toEqual(table.rows);
        for (const shape of ['objects', 'columns'] as const)
          expect(Buffer.compare(await arrowOf(sourceOf(table, shape, size), style), whole)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same in Parquet, as DuckDB reads it', async () => {
    const inMicros = (value: unknown): unknown => {
      if (value instanceof Date) return BigInt(value.getTime()) * 1000n;
      return Array.isArray(value) ? value.map(inMicros) : value;
    };
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom('objects', 'columns'),
        batchSizes,
        async (table, shape, size) => {
          const sink = memorySink();
          await exportParquet(sourceOf(table, shape, size), sink, { encodeOn: 'caller', hashOn: 'caller' });

          expect((await readByDuckDb(sink.bytes())).rows).toEqual(table.rows.map((row) => row.map(inMicros)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
