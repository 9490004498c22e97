import type { Batch, BatchSource, Column, DataType, Field, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { ArrowOptions, ParquetOptions } from '@perf/export-arrow';
import { exportArrow, exportParquet, memorySink } from '@perf/export-arrow';
import { MemorySink } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { readByDuckDb } from './duckdb.ts';
import { arrowTypes, readArrow } from './read-arrow.ts';

const UTF8: DataType = { kind: 'utf8' };

function field(name: string, type: DataType = UTF8, more: Partial<Field> = {}): Field {
  return { name, type, nullable: true, ...more };
}

/** A source of rows as arrays, `batchRows` at a time, as rows or as columns. */
function sourceOf(
  fields: readonly Field[],
  rows: readonly (readonly unknown[])[],
  {
    shape = 'rows',
    batchRows = 1000,
  }: { readonly shape?: 'rows' | 'columns'; readonly batchRows?: number } = {},
): BatchSource {
  const schema: Schema = { fields };
  const starts = Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, i) => i * batchRows);
  const batches = starts.map((from) => {
    const batch = {
      kind: 'rows',
      schema,
      layout: 'arrays',
      rows: rows.slice(from, from + batchRows),
    } as const;
    return shape === 'rows' ? batch : toColumns(batch);
  });
  return batchSource(schema, batches);
}

/** A source of one batch of one column. */
function columnSource(of: Field, length: number, column: Column): BatchSource {
  const schema: Schema = { fields: [of] };
  return batchSource(schema, [{ kind: 'columns', schema, length, columns: [column] }]);
}

async function arrow(source: BatchSource, options: ArrowOptions = {}) {
  const sink = memorySink();
  const manifest = await exportArrow(source, sink, options);
  return { manifest, bytes: sink.bytes(), ...readArrow(sink.bytes()) };
}

async function parquet(source: BatchSource, options: ParquetOptions = {}) {
  const sink = memorySink();
  const manifest = await exportParquet(source, sink, { encodeOn: 'caller', ...options });
  return { manifest, bytes: sink.bytes(), ...(await readByDuckDb(sink.bytes())) };
}

describe('hostile text', () => {
  const texts = [['a\ud800'], [null], ['\udc00'], ['fine 😀'], ['x'.repeat(50) + '\udbff'], ['a\ud800']];
  const shown = [['a\ufffd'], [null], ['\ufffd'], ['fine 😀'], ['x'.repeat(50) + '\ufffd'], ['a\ufffd']];

  it.each([{}, { dictionary: ['t'] }, { dictionary: 'auto' }, { format: 'stream' }] satisfies ArrowOptions[])(
    'replaces lone surrogates and counts the values (%o)',
    async (options) => {
      for (const shape of ['rows', 'columns'] as const) {
        const { manifest, rows: found } = await arrow(sourceOf([field('t')], texts, { shape }), options);

        expect(found).toEqual(shown);
        expect(manifest.warnings).toMatchObject([{ code: 'lone-surrogate-replaced', column: 't', count: 4 }]);
      }
    },
  );

  it('replaces them in lists too', async () => {
    const { manifest, rows: found } = await arrow(
      sourceOf([field('t', { kind: 'list', item: UTF8 })], [[['\ud800', 'b']]]),
    );

    expect(found).toEqual([[['\ufffd', 'b']]]);
    expect(manifest.warnings).toMatchObject([{ code: 'lone-surrogate-replaced', count: 1 }]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x62);
    const data = { offsets: Int32Array.of(0, 3), bytes };

    for (const dictionary of [[], ['t']])
      await expect(arrow(columnSource(field('t'), 1, { data }), { dictionary })).rejects.toThrow(
        /^column t: its bytes/,
      );
  });

  it('writes nothing of what stands in the place of a null', async () => {
    const data = { offsets: Int32Array.of(0, 3, 6, 6, 9), bytes: Buffer.from('onesecretfoo').subarray(0, 9) };
    const column = { data, validity: Uint8Array.of(0b1101) };

    for (const dictionary of [[], ['t']]) {
      const { rows: found, bytes } = await arrow(columnSource(field('t'), 4, column), { dictionary });

      expect(found).toEqual([['one'], [null], [''], ['ret']]);
      expect(Buffer.from(bytes).includes('sec')).toBe(false);
    }
  });

  it('writes no bytes of numbers that stand in the place of a null', async () => {
    const numbers = { data: Int32Array.of(7, 0x5ec2e7, 9), validity: Uint8Array.of(0b101) };
    const fromColumns = await arrow(columnSource(field('n', { kind: 'int32' }), 3, numbers));
    const fromRows = await arrow(sourceOf([field('n', { kind: 'int32' })], [[7], [null], [9]]));

    expect(Buffer.compare(fromColumns.bytes, fromRows.bytes)).toBe(0);
  });

  it('writes cells of 10 MB, and as many as make several batches', async () => {
    const large = 'ü'.repeat(5 * 1024 * 1024);
    const rows = Array.from({ length: 9 }, (_, id) => [id, id % 2 === 0 ? large : `${id}`, 'z']);
    const fields = [field('id', { kind: 'int32' }), field('t'), field('u')];

    const whole = await arrow(sourceOf(fields, rows));
    expect(whole.rows).toEqual(rows);
    for (const shape of ['rows', 'columns'] as const) {
      const { bytes } = await arrow(sourceOf(fields, rows, { shape, batchRows: 2 }));
      expect(Buffer.compare(bytes, whole.bytes)).toBe(0);
    }
    expect((await parquet(sourceOf(fields, rows))).rows).toEqual(rows);
  });
});

describe('batches cut by their bytes', () => {
  const large = 'ü'.repeat(5 * 1024 * 1024);
  const fields = [
    field('t'),
    field('d'),
    field('n', { kind: 'int32' }),
    field('b', { kind: 'bool' }),
    field('l', { kind: 'list', item: UTF8 }),
    field('m', UTF8, { classification: 'pii' }),
    field('large'),
  ];
  const rowOf = (id: number): unknown[] => [
    id % 3 === 0 ? null : `text ${id} ${id % 4 === 0 ? '\ud800' : ''}`,
    `value ${id} ${id % 5 === 0 ? '\ud800' : ''}`,
    id % 2 === 0 ? null : id,
    id % 2 === 0,
    id % 4 === 0 ? null : [`${id}`, null],
    id % 2 === 0 ? 'mail' : null,
    id % 4 === 1 ? large : '',
  ];
  const rows = Array.from({ length: 14 }, (_, id) => rowOf(id));

  it.each([{}, { dictionary: ['t', 'd'] }] satisfies ArrowOptions[])(
    'hold the same rows from columns, where others have gone ahead, as from rows (%o)',
    async (options) => {
      const whole = await arrow(sourceOf(fields, rows), options);

      const found = await arrow(sourceOf(fields, rows, { shape: 'columns' }), options);
      expect(found.rows.map((row) => row.slice(0, 6))).toEqual(
        rows.map(([t, d, n, b, l, m]) => [
          typeof t === 'string' ? t.toWellFormed() : t,
          String(d).toWellFormed(),
          n,
          b,
          l,
          m === null ? null : '***',
        ]),
      );
      expect(found.manifest.warnings).toEqual(whole.manifest.warnings);
      expect(Buffer.compare(found.bytes, whole.bytes)).toBe(0);
    },
  );
});

describe('a source that fails late', () => {
  it.each(['caller', 'worker'] as const)(
    'never leaves a Parquet file that looks whole (%s)',
    async (encodeOn) => {
      const schema: Schema = { fields: [field('x', { kind: 'int32' })] };
      async function* batches(): AsyncGenerator<Batch> {
        for (let i = 0; i < 5; i++)
          yield { kind: 'rows', schema, layout: 'arrays', rows: Array.from({ length: 10_000 }, () => [i]) };
        throw new RangeError('the server went away');
      }
      const sink = new MemorySink();

      await expect(exportParquet(batchSource(schema, batches()), sink, { encodeOn })).rejects.toMatchObject({
        code: 'ERR_PERF_SOURCE_FAILED',
        cause: { message: 'the server went away' },
      });
      expect(sink.state).toBe('aborted');
    },
  );
});

describe('hostile shapes', () => {
  it('writes a source without rows as a whole table', async () => {
    const source = (): BatchSource => sourceOf([field('a'), field('b', { kind: 'int32' })], []);

    for (const format of ['file', 'stream'] as const) {
      const { bytes, names, rows } = await arrow(source(), { format, dictionary: 'auto' });
      expect([names, rows, arrowTypes(bytes)]).toEqual([['a', 'b'], [], ['Utf8', 'Int32']]);
    }
    for (const encodeOn of ['caller', 'worker'] as const) {
      const { names, rows, types } = await parquet(source(), { encodeOn });
      expect([names, rows, types]).toEqual([['a', 'b'], [], ['VARCHAR', 'INTEGER']]);
    }
  });

  it('keeps the rows of a source without columns, where the format can', async () => {
    const { manifest, rows } = await arrow(sourceOf([], [[], [], []]));

    expect(manifest.rows).toBe(3);
    expect(rows).toEqual([[], [], []]);
    await expect(parquet(sourceOf([], [[]]))).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });

  it('writes columns of any name, and of the same', async () => {
    const fields = ['a', 'a', 'x.y', '"', "';--", 'constructor', '__proto__', '行', 'a/b=c'].map((name) =>
      field(name),
    );
    const row = fields.map((_, i) => `value ${i}`);

    const found = await arrow(sourceOf(fields, [row]), { dictionary: ['a', '__proto__'] });
    expect(found.names).toEqual(fields.map(({ name }) => name));
    expect(found.rows).toEqual([row]);
    expect((await parquet(sourceOf(fields, [row]))).rows).toEqual([row]);
  });

  it('says that a column without a name has none', async () => {
    const source = (): BatchSource => sourceOf([field(''), field('b')], [['x', 'y']]);

    const { manifest, rows } = await arrow(source());
    expect(manifest.warnings).toMatchObject([{ code: 'column-unnamed', count: 1 }]);
    expect(rows).toEqual([['x', 'y']]);
    expect((await parquet(source())).rows).toEqual([['x', 'y']]);
  });

  it('takes what objects inherit for missing', async () => {
    const fields = ['constructor', 'toString', '__proto__', 'id'].map((name) => field(name));
    const schema: Schema = { fields };
    const source = batchSource(schema, [
      { kind: 'rows', schema, layout: 'objects', rows: [{ id: 'x' }, {}] },
    ]);

    expect((await arrow(source)).rows).toEqual([
      [null, null, null, 'x'],
      [null, null, null, null],
    ]);
  });

  it('writes 16,385 columns', async () => {
    const fields = Array.from({ length: 16_385 }, (_, i) =>
      field(`c${i}`, i % 2 === 0 ? { kind: 'int32' } : UTF8),
    );
    const rows = [7, 8].map((row) => fields.map((_, i) => (i % 2 === 0 ? row : `${i}`)));

    expect((await arrow(sourceOf(fields, rows, { shape: 'columns' }))).rows).toEqual(rows);
  });

  it('refuses a batch of other columns', async () => {
    const schema: Schema = { fields: [field('a')] };
    const other: Schema = { fields: [field('b')] };
    const source = batchSource(schema, [{ kind: 'rows', schema: other, layout: 'arrays', rows: [['x']] }]);

    await expect(arrow(source)).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
    await expect(parquet(source)).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
  });
});

describe('values that do not fit', () => {
  const decimal: DataType = { kind: 'decimal', precision: 5, scale: 2 };
  const cases: readonly (readonly [type: DataType, value: unknown])[] = [
    [decimal, '1000.00'],
    [decimal, '1.005'],
    [decimal, '1e3'],
    [decimal, '1.'],
    [decimal, '-'],
    [decimal, ''],
    [decimal, 'NaN'],
    [decimal, 1],
    [{ kind: 'int32' }, 2 ** 31],
    [{ kind: 'int32' }, 0.5],
    [{ kind: 'int32' }, Number.NaN],
    [{ kind: 'int64' }, 2n ** 63n],
    [{ kind: 'int64' }, 2 ** 53],
    [{ kind: 'float64' }, '1'],
    [{ kind: 'bool' }, 1],
    [{ kind: 'date' }, '2023-02-29'],
    [{ kind: 'date' }, '2023-1-1'],
    [{ kind: 'timestamp', unit: 'ms' }, new Date(Number.NaN)],
    [{ kind: 'timestamp', unit: 'ns' }, new Date(8.64e15)],
    [{ kind: 'utf8' }, 5],
    [{ kind: 'binary' }, 'text'],
    [{ kind: 'json' }, () => 1],
    [{ kind: 'list', item: { kind: 'int32' } }, [1, 'two']],
    [{ kind: 'list', item: { kind: 'int32' } }, 1],
  ];

  it.each(cases)('names column and row: %o, %o', async (type, value) => {
    const rows: unknown[][] = Array.from({ length: 20_000 }, (_, i) => [i === 17_003 ? value : null]);

    for (const run of [arrow, parquet])
      await expect(run(sourceOf([field('x', type)], rows))).rejects.toThrow(
        /^column x, row 17003 \(from 0\): /,
      );
  });

  it('refuses null where the schema promises none', async () => {
    const rows = [[1], [null]];
    for (const shape of ['rows', 'columns'] as const)
      await expect(
        arrow(sourceOf([field('x', { kind: 'int32' }, { nullable: false })], rows, { shape })),
      ).rejects.toThrow(/^column x, row 1 \(from 0\): null does not fit/);
  });

  it('takes decimals as they are written elsewhere', async () => {
    const rows = ['1', '-0', '0.5', '007.10', '-999.99'].map((text) => [text]);

    expect((await arrow(sourceOf([field('x', decimal)], rows))).rows).toEqual(
      ['1.00', '0.00', '0.50', '7.10', '-999.99'].map((text) => [text]),
    );
  });

  it('takes dates beyond 9999 and before 1, and instants at the ends of Date', async () => {
    const fields = [field('d', { kind: 'date' }), field('t', { kind: 'timestamp', unit: 'us' })];
    const rows = [
      ['+010000-01-01', 8_640_000_000_000_000_000n],
      ['-000001-12-31', -8_640_000_000_000_000_000n],
    ];

    expect((await arrow(sourceOf(fields, rows))).rows).toEqual(rows);
  });

  it('refuses column data of another type', async () => {
    const running = arrow(columnSource(field('n', { kind: 'int32' }), 1, { data: Float64Array.of(1) }));

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
  });
});

describe('what must not be read', () => {
  const fields = [
    field('id', { kind: 'int32' }, { nullable: false }),
    field('mail', UTF8, { classification: 'pii' }),
    field('key', { kind: 'int64' }, { classification: 'secret' }),
  ];
  const rows = [
    [1, 'a@b.c', 5n],
    [2, null, 6n],
  ];

  it.each(['rows', 'columns'] as const)(
    'masks classified columns of %s, whatever their type',
    async (shape) => {
      const found = await arrow(sourceOf(fields, rows, { shape }));

      expect(found.rows).toEqual([
        [1, '***', '***'],
        [2, null, '***'],
      ]);
      expect(found.manifest.warnings).toMatchObject([
        { code: 'column-masked', column: 'mail', count: 1 },
        { code: 'column-masked', column: 'key', count: 2 },
      ]);
      expect((await parquet(sourceOf(fields, rows, { shape }))).rows).toEqual(found.rows);
    },
  );

  it('writes them in clear when told to, and leaves columns out', async () => {
    const found = await arrow(sourceOf(fields, rows), { classified: 'include', columns: ['key', 'id'] });

    expect(found.names).toEqual(['key', 'id']);
    expect(found.rows).toEqual([
      [5n, 1],
      [6n, 2],
    ]);
  });
});
