import type { DataType, Field, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import { readZip, unzipEntry } from '@perf/export-core';
import type { ExcelOptions } from '@perf/export-excel';
import { createExcelExporter, exportExcel, memorySink } from '@perf/export-excel';
import { hostileStrings, unencodableStrings } from '@perf/testkit';
import { array, assert, asyncProperty, bigInt, date, double, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXlsx, serialOf } from './read-xlsx.ts';

const MAX_CELL_UNITS = 32_767;

function fieldOf(type: DataType, more: Partial<Field> = {}): Field {
  return { name: 'value', type, nullable: true, ...more };
}

/** One column of values, out as a workbook and back. */
async function through(
  field: Field,
  values: readonly unknown[],
  options: ExcelOptions = {},
): Promise<{
  readonly values: readonly unknown[];
  readonly warnings: readonly (readonly [string, number])[];
}> {
  const schema: Schema = { fields: [field] };
  const rows = { kind: 'rows', schema, layout: 'arrays', rows: values.map((value) => [value]) } as const;
  const outputs: Uint8Array[] = [];
  let warnings: readonly (readonly [string, number])[] = [];
  for (const batch of [rows, toColumns(rows)]) {
    const sink = memorySink();
    const manifest = await exportExcel(batchSource(schema, [batch]), sink, options);
    outputs.push(sink.bytes());
    warnings = manifest.warnings.map(({ code, count }) => [code, count]);
  }
  const [fromRows = new Uint8Array(), fromColumns = new Uint8Array()] = outputs;
  expect(Buffer.compare(fromRows, fromColumns)).toBe(0);
  return { values: readXlsx(fromRows).rows.map((row) => row[0]), warnings };
}

async function parts(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: ExcelOptions,
): Promise<ReadonlyMap<string, string>> {
  const sink = memorySink();
  await exportExcel(rows, sink, options);
  return new Map(readZip(sink.bytes()).map((part) => [part.name, unzipEntry(part, 1e8).toString()]));
}

describe('text', () => {
  it('reads back unit by unit, whatever it holds', async () => {
    await assert(
      asyncProperty(array(string({ unit: 'binary', maxLength: 60 }), { minLength: 1 }), async (texts) => {
        expect((await through(fieldOf({ kind: 'utf8' }), texts)).values).toEqual(texts);
      }),
    );
  });

  it('reads back hostile texts, shared or not', async () => {
    const texts = hostileStrings.filter((text) => text.length <= MAX_CELL_UNITS);
    for (const sharedStrings of [true, false])
      expect((await through(fieldOf({ kind: 'utf8' }), texts, { sharedStrings })).values).toEqual(texts);
  });

  it('keeps what looks like an escape of Excel', async () => {
    const texts = ['_x0041_', '_x005F_', '_x000a_', '_X0041_', '_x004_', '__x0041__'];

    expect((await through(fieldOf({ kind: 'utf8' }), texts)).values).toEqual(texts);
  });

  it('replaces lone surrogates and says how often', async () => {
    const { values, warnings } = await through(fieldOf({ kind: 'utf8' }), unencodableStrings);

    expect(values).toEqual(unencodableStrings.map((text) => text.toWellFormed()));
    expect(warnings).toEqual([['lone-surrogate-replaced', 4]]);
  });

  it('cuts text at what a cell holds, between characters, and says how often', async () => {
    const texts = [
      'x'.repeat(MAX_CELL_UNITS),
      'y'.repeat(MAX_CELL_UNITS + 1),
      '😀'.repeat(20_000),
      '<'.repeat(40_000),
    ];

    const { values, warnings } = await through(fieldOf({ kind: 'utf8' }), texts);

    expect(values[0]).toBe(texts[0]);
    expect(values[1]).toBe('y'.repeat(MAX_CELL_UNITS));
    expect(values[2]).toBe('😀'.repeat(16_383));
    expect(values[3]).toBe('<'.repeat(MAX_CELL_UNITS));
    expect(warnings).toEqual([['text-truncated', 3]]);
  });

  it('holds a text once where a column repeats itself, and only there', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ status: `s${i % 7}`, note: `note ${i}` }));
    const found = await parts(rows, {});

    const shared = found.get('xl/sharedStrings.xml') ?? '';
    expect(shared.match(/<t>s\d<\/t>/g)).toHaveLength(7);
    expect(shared.match(/note/g)?.length).toBeLessThanOrEqual(64);
    expect(found.get('xl/worksheets/sheet1.xml')?.slice(-500)).toContain('<c r="A1001" t="s"><v>10</v></c>');
  });

  it('writes null as no cell and the empty text as one', async () => {
    const sheet = (await parts([{ a: '', b: null, c: 1 }], { sharedStrings: false })).get(
      'xl/worksheets/sheet1.xml',
    );

    expect(sheet).toContain('<row r="2"><c r="A2" t="inlineStr"><is><t></t></is></c><c r="C2"');
  });
});

describe('numbers', () => {
  it('read back as the same double', async () => {
    await assert(
      asyncProperty(
        array(double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        async (numbers) => {
          const shownNumbers = numbers.map((value) =>
            Math.abs(value) < 2.2250738585072014e-308 && value !== 0 ? String(value) : value + 0,
          );
          expect((await through(fieldOf({ kind: 'float64' }), numbers)).values).toEqual(shownNumbers);
        },
      ),
    );
  });

  it('become text where a sheet has no such number', async () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324];

    expect(await through(fieldOf({ kind: 'float64' }), values)).toEqual({
      values: ['NaN', 'Infinity', '-Infinity', 0, '5e-324'],
      warnings: [['number-as-text', 4]],
    });
    expect(await through(fieldOf({ kind: 'float64' }), values, { nonFinite: 'empty' })).toEqual({
      values: [null, null, null, 0, '5e-324'],
      warnings: [['number-as-text', 4]],
    });
  });

  it('keep every digit of integers: beyond 2^53 as text', async () => {
    await assert(
      asyncProperty(
        array(bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }),
        async (integers) => {
          const { values } = await through(fieldOf({ kind: 'int64' }), integers);
          expect(values.map((value) => BigInt(String(value)))).toEqual(integers);
        },
      ),
    );
    expect(await through(fieldOf({ kind: 'int64' }), [2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n)])).toEqual({
      values: [2 ** 53 - 1, '9007199254740992', '-9007199254740992'],
      warnings: [['number-as-text', 2]],
    });
  });

  it('keep every digit of decimals: beyond 15 as text', async () => {
    const decimals = ['123456789012.345', '1234567890123.456', '-0.000', '1000000000000000000.000'];

    expect(await through(fieldOf({ kind: 'decimal', precision: 38, scale: 3 }), decimals)).toEqual({
      values: [123_456_789_012.345, '1234567890123.456', -0, 1e18],
      warnings: [['number-as-text', 1]],
    });
    const fine = fieldOf({ kind: 'decimal', precision: 38, scale: 18 });
    expect((await through(fine, ['0.000000000000000001'])).values).toEqual([1e-18]);
  });
});

describe('dates', () => {
  it('are serials to the tenth of a ms', async () => {
    const [min, max] = [new Date('1900-03-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')];
    await assert(
      asyncProperty(array(date({ min, max, noInvalidDate: true }), { minLength: 1 }), async (dates) => {
        const { values } = await through(fieldOf({ kind: 'timestamp', unit: 'ms' }), dates);
        expect(values).toEqual(dates.map((value) => serialOf(value.getTime())));
      }),
    );
  });

  it('become text where Excel has no such day', async () => {
    const days = ['1900-02-28', '1900-03-01', '0001-01-01', '9999-12-31'];

    expect(await through(fieldOf({ kind: 'date' }), days)).toEqual({
      values: ['1900-02-28', 61, '0001-01-01', 2_958_465],
      warnings: [['number-as-text', 2]],
    });
    const instants = [new Date('1900-02-28T23:59:59.999Z'), new Date('+010000-01-01T00:00:00Z')];
    expect(await through(fieldOf({ kind: 'timestamp', unit: 'ms' }), instants)).toEqual({
      values: instants.map((instant) => instant.toISOString()),
      warnings: [['number-as-text', 2]],
    });
  });

  it('keep the ms of finer instants, and say what was cut', async () => {
    const [second, fine] = [1_700_000_000n, 1_700_000_000_123_456n];

    expect(
      (await through(fieldOf({ kind: 'timestamp', unit: 's' }), [new Date(Number(second) * 1000)])).values,
    ).toEqual([serialOf(Number(second) * 1000)]);
    expect(await through(fieldOf({ kind: 'timestamp', unit: 'us' }), [fine, fine - 456n])).toEqual({
      values: [serialOf(1_700_000_000_123), serialOf(1_700_000_000_123)],
      warnings: [['timestamp-rounded', 1]],
    });
  });
});

describe('other values', () => {
  it('are base64 and JSON as text', async () => {
    expect((await through(fieldOf({ kind: 'binary' }), [Uint8Array.of(1, 2, 255)])).values).toEqual(['AQL/']);
    expect((await through(fieldOf({ kind: 'json' }), [{ a: [1, '<'] }])).values).toEqual(['{"a":[1,"<"]}']);
    expect((await through(fieldOf({ kind: 'list', item: { kind: 'int64' } }), [[1n, null]])).values).toEqual([
      '[1,null]',
    ]);
  });

  it('are masked in classified columns, unless asked for', async () => {
    const field = fieldOf({ kind: 'int32' }, { classification: 'pii' });

    expect(await through(field, [1, null, 3])).toEqual({
      values: ['***', null, '***'],
      warnings: [['column-masked', 2]],
    });
    expect((await through(field, [1, null, 3], { classified: 'include' })).values).toEqual([1, null, 3]);
  });

  it('name column and row when they do not fit', async () => {
    await expect(through(fieldOf({ kind: 'int32' }), [1, 2, 'three'])).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: expect.stringMatching(/column value, row 2/) as unknown,
    });
    await expect(
      through(fieldOf({ kind: 'timestamp', unit: 'ms' }), [new Date(Number.NaN)]),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
    });
  });
});

describe('createExcelExporter', () => {
  it('is one whose output does not depend on the clock', () => {
    expect(createExcelExporter().capabilities).toEqual({
      streaming: true,
      resumable: true,
      columnar: true,
      maxRows: Number.POSITIVE_INFINITY,
    });
  });
});
