import type { Batch, BatchSource, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { ExportPartitionedOptions, MemorySink } from '@perf/export-core';
import { exportPartitioned, memorySink } from '@perf/export-core';
import { FaultySink, MemorySink as WatchedSink } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { transformExporter } from './json-transform.ts';

const schema: Schema = {
  fields: [
    { name: 'year', type: { kind: 'int32' }, nullable: true },
    { name: 'id', type: { kind: 'int64' }, nullable: false },
    { name: 'city', type: { kind: 'utf8' }, nullable: true },
    { name: 'score', type: { kind: 'float64' }, nullable: true },
    { name: 'email', type: { kind: 'utf8' }, nullable: true, classification: 'pii' },
  ],
};

type Row = readonly [
  year: number | null,
  id: bigint,
  city: string | null,
  score: number | null,
  email: string | null,
];

function rowOf(id: number): Row {
  return [
    2020 + (id % 3),
    BigInt(id),
    id % 5 === 0 ? null : `city ${id % 2}`,
    id % 7 === 0 ? null : id / 2,
    null,
  ];
}

const ROWS = Array.from({ length: 100 }, (_, id) => rowOf(id));

const objects = (rows: readonly Row[]): Batch => ({
  kind: 'rows',
  schema,
  layout: 'objects',
  rows: rows.map(([year, id, city, score, email]) => ({ year, id, city, score, email })),
});
const arrays = (rows: readonly Row[]): Batch => ({ kind: 'rows', schema, layout: 'arrays', rows });
const columns = (rows: readonly Row[]): Batch => toColumns(arrays(rows));
/** Text as offsets and bytes. */
const utf8Columns = (rows: readonly Row[]): Batch => {
  const batch = toColumns(arrays(rows));
  const texts = rows.map((row) => Buffer.from(row[2] ?? 'no meaning'));
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, text] of texts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + text.length;
  const city = { ...batch.columns[2], data: { offsets, bytes: Buffer.concat(texts) } };
  return { ...batch, columns: batch.columns.map((column, i) => (i === 2 ? city : column)) };
};

function sourceOf(rows: readonly Row[], make = arrays, batchRows = 20): BatchSource {
  const starts = Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, i) => i * batchRows);
  return batchSource(
    schema,
    starts.map((from) => make(rows.slice(from, from + batchRows))),
  );
}

/** What an export wrote, by path: the rows that lines of objects or arrays hold, without keys. */
function output() {
  const files = new Map<string, MemorySink>();
  return {
    sink: (path: string): MemorySink => {
      const sink = memorySink();
      files.set(path, sink);
      return sink;
    },
    paths: () => Array.from(files.keys()),
    rows: (path: string): unknown[] =>
      Buffer.from(files.get(path)?.bytes() ?? [])
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .flatMap((line): unknown[] => JSON.parse(line)),
  };
}

async function run(source: BatchSource, options: Omit<ExportPartitionedOptions, 'sink'>) {
  const files = output();
  const manifest = await exportPartitioned(transformExporter(), source, { ...options, sink: files.sink });
  return { manifest, ...files };
}

describe('exportPartitioned', () => {
  it.each([
    ['objects', objects],
    ['arrays', arrays],
    ['columns', columns],
    ['columns of UTF-8', utf8Columns],
  ])('sorts %s into folders and leaves their columns out of the files', async (name, make) => {
    const { manifest, rows, paths } = await run(sourceOf(ROWS, make), { by: ['year'] });

    expect(paths()).toEqual([2020, 2021, 2022].map((year) => `year=${year}/part-00001.lines`));
    expect(manifest).toMatchObject({ format: 'lines', rows: 100, schema });
    expect(manifest.parts?.map(({ name: path }) => path)).toEqual(paths());
    for (const year of [2020, 2021, 2022]) {
      const expected = ROWS.filter((row) => row[0] === year).map(([, id, city, score, email]) =>
        name === 'objects' ? { year, id: `${id}`, city, score, email } : [`${id}`, city, score, email],
      );
      expect(rows(`year=${year}/part-00001.lines`)).toEqual(expected);
    }
  });

  it('goes on in a further part when a folder comes again after its file was closed', async () => {
    const { manifest, rows } = await run(sourceOf(ROWS, arrays, 10), {
      by: ['year'],
      maxOpen: 1,
      extension: 'json',
    });

    expect(manifest.parts).toHaveLength(30);
    expect(manifest.parts?.map(({ name }) => name)).toContain('year=2021/part-00010.json');
    const ids = manifest.parts
      ?.flatMap(({ name }) => rows(name))
      .map((row) => Array.isArray(row) && Number(row[0]));
    expect(ids?.toSorted((a, b) => Number(a) - Number(b))).toEqual(ROWS.map(([, id]) => Number(id)));
    expect(manifest.rows).toBe(100);
  });

  it('writes one part of each folder when rows are ordered by it', async () => {
    const ordered = ROWS.toSorted((a, b) => Number(a[0]) - Number(b[0]));
    const { manifest } = await run(sourceOf(ordered), { by: ['year'], maxOpen: 1 });

    expect(manifest.parts?.map(({ rows }) => rows)).toEqual([34, 33, 33]);
  });

  it('escapes names and values as Hive does', async () => {
    const hostile: Schema = {
      fields: [
        { name: 'a/b=c', type: { kind: 'utf8' }, nullable: true },
        { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
        { name: 'id', type: { kind: 'int32' }, nullable: false },
      ],
    };
    const rows = [
      ['../up', new Date(0), 1],
      [null, null, 2],
      ['', new Date(1500), 3],
      ['50% "off": [x]^\u0000\u007f', new Date(0), 4],
      ['Zürich \ud800', new Date(0), 5],
    ];
    const source = batchSource(hostile, [{ kind: 'rows', schema: hostile, layout: 'arrays', rows }]);

    const { paths } = await run(source, { by: ['a/b=c', 'at'] });

    expect(paths()).toEqual([
      'a%2Fb%3Dc=..%2Fup/at=1970-01-01 00%3A00%3A00/part-00001.lines',
      'a%2Fb%3Dc=__HIVE_DEFAULT_PARTITION__/at=__HIVE_DEFAULT_PARTITION__/part-00001.lines',
      'a%2Fb%3Dc=/at=1970-01-01 00%3A00%3A01.500/part-00001.lines',
      'a%2Fb%3Dc=50%25 %22off%22%3A %5Bx%5D%5E%00%7F/at=1970-01-01 00%3A00%3A00/part-00001.lines',
      'a%2Fb%3Dc=Zürich �/at=1970-01-01 00%3A00%3A00/part-00001.lines',
    ]);
  });

  it.each([
    ['no column', { by: [] }],
    ['a column twice', { by: ['year', 'year'] }],
    ['a column that is absent', { by: ['month'] }],
    ['a classified column', { by: ['email'] }],
    ['room for no file', { by: ['year'], maxOpen: 0 }],
  ])('refuses %s', async (_, options) => {
    await expect(run(sourceOf(ROWS), options)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('writes nothing for an empty source', async () => {
    const { manifest } = await run(sourceOf([]), { by: ['year'] });

    expect(manifest).toMatchObject({ rows: 0, bytes: 0, parts: [] });
  });

  it('aborts every open file when one fails, and closes the source', async () => {
    const sinks: WatchedSink[] = [];
    let closed = false;
    const source: BatchSource = {
      schema,
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) yield arrays(ROWS);
        } finally {
          closed = true;
        }
      },
    };
    const sink = (): FaultySink | WatchedSink => {
      const memory = new WatchedSink();
      sinks.push(memory);
      if (sinks.length < 3) return memory;
      const faulty = new FaultySink(memory);
      faulty.failNext('write', new Error('no space left on device'));
      return faulty;
    };

    const exporting = exportPartitioned(transformExporter(), source, { by: ['year'], sink });

    await expect(exporting).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
    expect(sinks.map(({ state }) => state)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(closed).toBe(true);
  });

  it('stops for its signal while the source hangs', async () => {
    const controller = new AbortController();
    const sinks: WatchedSink[] = [];
    const source: BatchSource = {
      schema,
      async *[Symbol.asyncIterator]() {
        yield arrays(ROWS);
        setTimeout(() => controller.abort(new Error('too slow')), 10);
        await new Promise(() => undefined);
      },
    };
    const sink = (): WatchedSink => {
      const memory = new WatchedSink();
      sinks.push(memory);
      return memory;
    };

    const exporting = exportPartitioned(transformExporter(), source, {
      by: ['year'],
      sink,
      signal: controller.signal,
    });

    await expect(exporting).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(sinks.map(({ state }) => state)).toEqual(['aborted', 'aborted', 'aborted']);
  });

  it('names column and row of a value that makes no folder', async () => {
    const rows: unknown[][] = [
      [2020, 1n, null, null, null],
      ['2021', 2n, null, null, null],
    ];
    const source = batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]);

    const running = run(source, { by: ['year'] });

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    await expect(running).rejects.toThrow(/year, row 1 /);
  });
});
