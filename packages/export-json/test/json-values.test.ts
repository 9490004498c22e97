import { isUtf8 } from 'node:buffer';
import type { Batch, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { JsonOptions } from '@perf/export-json';
import { createJsonExporter, exportJson, exportNdjson, memorySink } from '@perf/export-json';
import { hostileStrings, unencodableStrings } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const schema: Schema = {
  fields: [
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
    { name: 'number', type: { kind: 'float64' }, nullable: true },
    { name: 'flag', type: { kind: 'bool' }, nullable: true },
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    { name: 'nested "é"\n', type: { kind: 'json' }, nullable: true },
  ],
};
type Row = readonly [string | null, number | null, boolean | null, Date | null, unknown];

async function textOf(batch: Batch, options: JsonOptions = { format: 'ndjson' }): Promise<string> {
  const sink = memorySink();
  await createJsonExporter(options).export(batchSource(batch.schema, [batch]), sink);
  expect(isUtf8(sink.bytes())).toBe(true);
  return Buffer.from(sink.bytes()).toString();
}

function arraysOf(rows: readonly Row[]): Batch {
  return { kind: 'rows', schema, layout: 'arrays', rows };
}

function recordOf(row: Row): Record<string, unknown> {
  return Object.fromEntries(schema.fields.map(({ name }, i) => [name, row[i]]));
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.constantFrom(...hostileStrings, ...unencodableStrings),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', '\ud800', '\udc00', '\u2028', 'é', '漢', 'x'),
    maxLength: 90,
  }),
);
const row = fc.tuple(
  fc.option(text),
  fc.option(fc.double()),
  fc.option(fc.boolean()),
  fc.option(fc.date({ noInvalidDate: true })),
  fc.jsonValue(),
);

describe('NDJSON', () => {
  it('is what JSON.stringify writes for each row, in any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const expected = rows.map((one) => `${JSON.stringify(recordOf(one))}\n`).join('');
        const objects: Batch = { kind: 'rows', schema, layout: 'objects', rows: rows.map(recordOf) };

        expect(await textOf(arraysOf(rows))).toBe(expected);
        expect(await textOf(objects)).toBe(expected);
        expect(await textOf(toColumns(arraysOf(rows)))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('takes UTF-8 columns as they are', async () => {
    const values = hostileStrings.slice(0, 150);
    const parts = values.map((value) => Buffer.from(value));
    let end = 0;
    const offsets = Int32Array.from([0, ...parts.map((part) => (end += part.length))]);
    const one: Schema = { fields: [{ name: 'a', type: { kind: 'utf8' }, nullable: false }] };

    const written = await textOf({
      kind: 'columns',
      schema: one,
      length: values.length,
      columns: [{ data: { offsets, bytes: Buffer.concat(parts) } }],
    });

    expect(written).toBe(values.map((a) => `${JSON.stringify({ a })}\n`).join(''));
  });

  it('leaves nulls out when told', async () => {
    const rows: Row[] = [
      [null, 1, null, null, { a: null }],
      [null, null, null, null, null],
      ['x', null, null, null, null],
    ];

    const written = await textOf(arraysOf(rows), { format: 'ndjson', nulls: 'omit' });

    expect(written).toBe('{"number":1,"nested \\"é\\"\\n":{"a":null}}\n{}\n{"text":"x"}\n');
  });

  it('writes 16,385 columns', async () => {
    const wide = Object.fromEntries(Array.from({ length: 16_385 }, (_, i) => [`c${i}`, i]));
    const sink = memorySink();

    await exportNdjson([wide], sink);

    expect(JSON.parse(Buffer.from(sink.bytes()).toString())).toEqual(wide);
  });

  it('writes 20 MB in one cell', async () => {
    const giant = 'é"😀\n'.repeat(4_000_000);

    const written = await textOf(arraysOf([[giant, 1, true, null, giant]]));

    expect(written === `${JSON.stringify(recordOf([giant, 1, true, null, giant]))}\n`).toBe(true);
  });

  it('fills blocks to their last byte and loses nothing', async () => {
    const lengths = [174_762, 349_524, 349_525, 349_526, 699_050, 1_048_576];
    const rows = lengths.flatMap((length) =>
      ['x', 'é', '\u0001'].map((unit): Row => [unit.repeat(length), null, null, null, unit.repeat(length)]),
    );

    const lines = (await textOf(arraysOf(rows))).split('\n');

    expect(lines).toHaveLength(rows.length + 1);
    expect(rows.every((one, i) => lines[i] === JSON.stringify(recordOf(one)))).toBe(true);
  });
});

describe('a JSON array', () => {
  it('is valid for no, one and many rows', async () => {
    const outputs = [0, 1, 3].map(async (count) => {
      const sink = memorySink();
      await exportJson(
        Array.from({ length: count }, (_, a) => ({ a })),
        sink,
      );
      return Buffer.from(sink.bytes()).toString();
    });

    expect(await Promise.all(outputs)).toEqual([
      '[\n]\n',
      '[\n{"a":0}\n]\n',
      '[\n{"a":0},\n{"a":1},\n{"a":2}\n]\n',
    ]);
  });
});

describe('every type', () => {
  const every: Schema = {
    fields: [
      { name: 'int32', type: { kind: 'int32' }, nullable: true },
      { name: 'int64', type: { kind: 'int64' }, nullable: true },
      { name: 'decimal', type: { kind: 'decimal', precision: 38, scale: 10 }, nullable: true },
      { name: 'date', type: { kind: 'date' }, nullable: true },
      { name: 's', type: { kind: 'timestamp', unit: 's' }, nullable: true },
      { name: 'us', type: { kind: 'timestamp', unit: 'us' }, nullable: true },
      { name: 'ns', type: { kind: 'timestamp', unit: 'ns' }, nullable: true },
      { name: 'binary', type: { kind: 'binary' }, nullable: true },
      { name: 'json', type: { kind: 'json' }, nullable: true },
      {
        name: 'decimals',
        type: { kind: 'list', item: { kind: 'decimal', precision: 9, scale: 2 } },
        nullable: true,
      },
      {
        name: 'instants',
        type: { kind: 'list', item: { kind: 'list', item: { kind: 'timestamp', unit: 'us' } } },
        nullable: true,
      },
      { name: 'binaries', type: { kind: 'list', item: { kind: 'binary' } }, nullable: true },
      { name: 'pii', type: { kind: 'int32' }, nullable: true, classification: 'pii' },
    ],
  };
  const rows: readonly (readonly unknown[])[] = [
    [
      -(2 ** 31),
      2n ** 63n - 1n,
      '1234567890123456789012345678.0123456789',
      '2024-02-29',
      new Date(1709251199123),
      1709251199123456n,
      -1n,
      Uint8Array.of(251, 255),
      { big: [9007199254740993n, { deep: -1n }], at: new Date(0) },
      ['1.10', null, '-0.50'],
      [[0n, null], null],
      [Uint8Array.of(1), null],
      5,
    ],
    every.fields.map(() => null),
  ];
  const batch: Batch = { kind: 'rows', schema: every, layout: 'arrays', rows };

  it.each<[string, JsonOptions]>([
    ['default.json.txt', {}],
    ['numbers.ndjson', { format: 'ndjson', classified: 'include' }],
    ['strings.ndjson', { format: 'ndjson', bigNumbers: 'string', nulls: 'omit' }],
  ])('gives the bytes of golden/%s', async (name, options) => {
    const written = await textOf(batch, options);

    expect(await textOf(toColumns(batch), options)).toBe(written);
    await expect(written).toMatchFileSnapshot(`golden/${name}`);
  });

  it.each<[string, unknown]>([
    ['int32', '1'],
    ['int64', 0.5],
    ['decimal', '01.5'],
    ['decimal', 'NaN'],
    ['decimal', '1.'],
    ['date', '2024-13-01'],
    ['s', new Date(Number.NaN)],
    ['binary', 'AA=='],
    ['decimals', '1.10'],
    ['instants', [[2n ** 63n - 1n]]],
    ['json', () => 1],
  ])('refuses a %s that is none (case %#)', async (name, value) => {
    await expect(
      textOf({ kind: 'rows', schema: every, layout: 'objects', rows: [{ [name]: value }] }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });
});

describe('options', () => {
  it.each([
    ['format', 'xml'],
    ['bigNumbers', 'bigint'],
    ['nulls', 'skip'],
    ['classified', true],
  ])('refuse the %s %j at once', (name, value) => {
    expect(() => {
      Reflect.apply(createJsonExporter, undefined, [Object.fromEntries([[name, value]])]);
    }).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });

  it('choose and order columns', async () => {
    const sink = memorySink();

    await exportNdjson([{ a: 1, b: 2, c: 3 }], sink, { columns: ['c', 'a'] });

    expect(Buffer.from(sink.bytes()).toString()).toBe('{"c":3,"a":1}\n');
  });

  it('refuse two columns of one name', async () => {
    const twice: Schema = {
      fields: [
        { name: 'a', type: { kind: 'int32' }, nullable: true },
        { name: 'a', type: { kind: 'int32' }, nullable: true },
      ],
    };

    await expect(
      textOf({ kind: 'rows', schema: twice, layout: 'arrays', rows: [[1, 2]] }),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
  });
});
