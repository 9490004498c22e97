import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text as textOfStream } from 'node:stream/consumers';
import type { Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { CsvOptions } from '@perf/export-csv';
import {
  createCsvExporter,
  createTsvExporter,
  exportCsv,
  fileSink,
  memorySink,
  writableSink,
} from '@perf/export-csv';
import { describe, expect, it } from 'vitest';

const schema: Schema = {
  fields: [
    { name: 'bool', type: { kind: 'bool' }, nullable: true },
    { name: 'int32', type: { kind: 'int32' }, nullable: true },
    { name: 'int64', type: { kind: 'int64' }, nullable: true },
    { name: 'float64', type: { kind: 'float64' }, nullable: true },
    { name: 'decimal', type: { kind: 'decimal', precision: 20, scale: 2 }, nullable: true },
    { name: 'utf8', type: { kind: 'utf8' }, nullable: true },
    { name: 'date', type: { kind: 'date' }, nullable: true },
    { name: 's', type: { kind: 'timestamp', unit: 's' }, nullable: true },
    { name: 'ms', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    { name: 'us', type: { kind: 'timestamp', unit: 'us' }, nullable: true },
    { name: 'ns', type: { kind: 'timestamp', unit: 'ns' }, nullable: true },
    { name: 'binary', type: { kind: 'binary' }, nullable: true },
    { name: 'json', type: { kind: 'json' }, nullable: true },
    { name: 'list', type: { kind: 'list', item: { kind: 'int64' } }, nullable: true },
    { name: 'pii', type: { kind: 'utf8' }, nullable: true, classification: 'pii' },
    { name: 'secret', type: { kind: 'int32' }, nullable: true, classification: 'secret' },
  ],
};
const at = new Date('2024-02-29T23:59:59.123Z');
const rows: readonly (readonly unknown[])[] = [
  [
    true,
    -7,
    2n ** 63n - 1n,
    0.1,
    '-0.50',
    'a "b", c\n',
    '2024-02-29',
    at,
    at,
    1709251199123456n,
    1709251199123456789n,
    Uint8Array.of(251, 255),
    { k: [1n, 'é'] },
    [1n, null, -(2n ** 63n)],
    'me@example.org',
    42,
  ],
  schema.fields.map(() => null),
  [
    false,
    2 ** 31 - 1,
    -5,
    Number.NaN,
    '123456789012345678.90',
    '',
    '0000-01-01',
    new Date(-1),
    new Date(-62167219200001),
    -1n,
    -1n,
    new Uint8Array(0),
    'text',
    [],
    '',
    0,
  ],
  [
    true,
    0,
    0,
    -Infinity,
    '0.00',
    '=1+1',
    '9999-12-31',
    new Date(0),
    new Date(253402300800000),
    0n,
    0n,
    Uint8Array.of(0),
    0,
    [[]],
    'x',
    1,
  ],
];

async function written(options: CsvOptions & { exporter?: 'tsv' } = {}): Promise<string> {
  const exporter = options.exporter === 'tsv' ? createTsvExporter(options) : createCsvExporter(options);
  const batch = { kind: 'rows', schema, layout: 'arrays', rows } as const;
  const [ofRows, ofColumns] = [memorySink(), memorySink()];
  await exporter.export(batchSource(schema, [batch]), ofRows);
  await exporter.export(batchSource(schema, [toColumns(batch)]), ofColumns);
  expect(Buffer.from(ofColumns.bytes()).toString()).toBe(Buffer.from(ofRows.bytes()).toString());
  return Buffer.from(ofRows.bytes()).toString();
}

async function small(options: CsvOptions): Promise<string> {
  const sink = memorySink();
  await exportCsv(
    [
      { a: 1, b: 'x' },
      { a: null, b: '' },
    ],
    sink,
    options,
  );
  return Buffer.from(sink.bytes()).toString();
}

describe('every type', () => {
  it.each<[string, CsvOptions & { exporter?: 'tsv' }]>([
    ['default.csv', {}],
    ['included.csv', { classified: 'include', formulaGuard: false, nullText: 'NULL' }],
    ['quoted.csv', { quoteAll: true, lineEnding: '\r\n', bom: true, delimiter: ';' }],
    ['epoch.tsv', { exporter: 'tsv', dateFormat: 'epochMs', finalNewline: false }],
  ])('gives the bytes of golden/%s', async (name, options) => {
    await expect(await written(options)).toMatchFileSnapshot(`golden/${name}`);
  });

  it.each<[string, unknown]>([
    ['bool', 1],
    ['int32', 1.5],
    ['int32', 2 ** 31],
    ['int64', 2 ** 53],
    ['int64', 2n ** 63n],
    ['float64', '1'],
    ['decimal', '1e5'],
    ['decimal', '1,5'],
    ['decimal', 1.5],
    ['utf8', 5],
    ['date', '2023-02-29'],
    ['date', '2023-2-1'],
    ['ms', new Date(Number.NaN)],
    ['ms', '2024-01-01'],
    ['us', 2n ** 63n - 1n],
    ['binary', 'AA=='],
    ['list', 'x'],
    ['json', Symbol('x')],
  ])('refuses a %s that is none (case %#)', async (name, value) => {
    const source = batchSource(schema, [
      { kind: 'rows', schema, layout: 'objects', rows: [{}, { [name]: value }] },
    ]);

    await expect(exportCsv(source, memorySink())).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: expect.stringMatching(new RegExp(`^column ${name}, row 1 `)) as unknown,
    });
  });

  it('reports a cycle in a json value', async () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);

    await expect(
      exportCsv(
        [
          { a: 1, b: [] },
          { a: 2, b: cycle },
        ],
        memorySink(),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: expect.stringMatching(/^column b, row 1 \(from 0\): /) as unknown,
    });
  });

  it('says for which value a function of the user threw', async () => {
    const dateFormat = (): string => {
      throw new RangeError('no such zone');
    };
    await expect(exportCsv([{ a: 1, b: new Date(0) }], memorySink(), { dateFormat })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: 'column b, row 0 (from 0): no such zone',
    });
  });
});

describe('options', () => {
  it.each<[CsvOptions, string]>([
    [{}, 'a,b\n1,x\n,""\n'],
    [{ header: false }, '1,x\n,""\n'],
    [{ header: false, finalNewline: false }, '1,x\n,""'],
    [{ finalNewline: false }, 'a,b\n1,x\n,""'],
    [{ header: { a: 'A, or so', z: 'none' } }, '"A, or so",b\n1,x\n,""\n'],
    [{ columns: ['b'] }, 'b\nx\n""\n'],
    [{ columns: ['b', 'a'], delimiter: ';' }, 'b;a\nx;1\n"";\n'],
    [{ nullText: 'x' }, 'a,b\n1,"x"\nx,\n'],
    [{ quote: "'", quoteAll: true }, "'a','b'\n'1','x'\n,''\n"],
    [{ bom: true, header: false }, '\uFEFF1,x\n,""\n'],
  ])('%j', async (options, expected) => {
    expect(await small(options)).toBe(expected);
  });

  it('lets a function write timestamps, and guards what it gives', async () => {
    const sink = memorySink();

    await exportCsv([{ at: new Date(0) }], sink, {
      dateFormat: (value, { name }) => `=${name} ${Number(value)}`,
    });

    expect(Buffer.from(sink.bytes()).toString()).toBe("at\n'=at 0\n");
  });

  it.each<CsvOptions>([
    { delimiter: '' },
    { delimiter: ',,' },
    { delimiter: '\n' },
    { delimiter: '"' },
    { delimiter: '-' },
    { delimiter: 'é' },
    { quote: ',' },
    { quote: '7' },
    { nullText: 'a,b' },
    { nullText: '"' },
  ])('refuses %j at once', (options) => {
    expect(() => createCsvExporter(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it.each([
    ['lineEnding', '\r'],
    ['dateFormat', 'local'],
    ['classified', 'hide'],
    ['nullText', 1],
  ])('refuses the %s %j from a caller without types', (name, value) => {
    expect(() => {
      Reflect.apply(createCsvExporter, undefined, [Object.fromEntries([[name, value]])]);
    }).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });

  it.each([[['a', 'nope']], [['a', 'a']]])('refuses columns %j', async (columns) => {
    await expect(small({ columns })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('counts what it masked', async () => {
    const source = batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]);

    const { warnings } = await exportCsv(source, memorySink());

    expect(warnings.filter(({ code }) => code === 'column-masked')).toMatchObject([
      { column: 'pii', count: 3 },
      { column: 'secret', count: 3 },
    ]);
  });
});

function endlessRows(count = Number.POSITIVE_INFINITY): {
  source: AsyncIterable<Record<string, unknown>>;
  isClosed: () => boolean;
} {
  let closed = false;
  const makeRows = async function* (): AsyncGenerator<Record<string, unknown>> {
    try {
      for (let id = 0; id < count; id++) yield { id, text: 'x'.repeat(1000) };
    } finally {
      closed = true;
    }
  };
  return { source: makeRows(), isClosed: () => closed };
}

describe('inputs and outputs', () => {
  const objects = [{ a: 1 }, { a: 2 }];

  it.each<[string, () => Parameters<typeof exportCsv>[0]]>([
    ['an array', () => objects],
    ['a generator', () => objects.values()],
    ['a Node stream', () => Readable.from(objects)],
    ['a Web stream', () => ReadableStream.from(objects)],
  ])('reads %s', async (_, input) => {
    const sink = memorySink();

    await exportCsv(input(), sink);

    expect(Buffer.from(sink.bytes()).toString()).toBe('a\n1\n2\n');
  });

  it('writes the header of an empty answer, and nothing for no columns', async () => {
    const [withSchema, without] = [memorySink(), memorySink()];

    await exportCsv([], withSchema, { schema: { fields: schema.fields.slice(0, 2) } });
    await exportCsv([], without);

    expect(Buffer.from(withSchema.bytes()).toString()).toBe('bool,int32\n');
    expect(without.bytes()).toHaveLength(0);
  });

  it('streams into a response at its pace', async () => {
    const response = new PassThrough();
    const received = textOfStream(response);

    await exportCsv(objects, writableSink(response));

    expect(await received).toBe('a\n1\n2\n');
  });

  it('aborts the sink when rows fail before the first batch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-csv-'));
    const response = new PassThrough();
    response.on('error', () => undefined);
    const failing = function* (): Generator<Record<string, unknown>> {
      yield { a: 1 };
      throw new Error('the cursor broke');
    };

    await expect(exportCsv(failing(), fileSink(join(folder, 'x.csv')))).rejects.toMatchObject({
      code: 'ERR_PERF_SOURCE_FAILED',
    });
    await expect(exportCsv(failing(), writableSink(response))).rejects.toThrow('the cursor broke');

    expect(await readdir(folder)).toEqual([]);
    expect(response.destroyed).toBe(true);
    await rm(folder, { recursive: true });
  });

  it.each([
    ['ends', 3, true],
    ['breaks, so that no client takes a part for the whole,', Number.POSITIVE_INFINITY, false],
  ])('%s an HTTP response', async (_, count, isWhole) => {
    const server = createServer((_request, response) => {
      const signal = AbortSignal.timeout(isWhole ? 5000 : 50);
      const { source } = endlessRows(count);
      exportCsv(source, writableSink(response), { signal }).catch(() => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const received = fetch(`http://127.0.0.1:${port}/`).then(async (response) => response.text());

    const lines = await received.then((text) => text.split('\n').length).catch(() => 'broken');
    expect(lines).toBe(isWhole ? 5 : 'broken');
    server.close();
  });

  it('says that a disk is full', async () => {
    const { source, isClosed } = endlessRows();

    await expect(exportCsv(source, writableSink(createWriteStream('/dev/full')))).rejects.toMatchObject({
      code: 'ERR_PERF_SINK_FAILED',
      message: 'writing to the sink failed: the disk is full (ENOSPC: no space left on device, write)',
    });

    expect(isClosed()).toBe(true);
  });

  it('destroys an input stream that hangs when it is aborted', async () => {
    const input = new Readable({ objectMode: true, read: () => undefined });

    await expect(exportCsv(input, memorySink(), { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });

    expect(input.destroyed).toBe(true);
  });
});
