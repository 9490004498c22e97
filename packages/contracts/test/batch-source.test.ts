import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { batchLength, batchSource, inferSchema, printDataType, rowSource } from '@perf/contracts';
import type { Batch, BatchSource } from '@perf/contracts';
import { describe, expect, it } from 'vitest';

type Row = Readonly<Record<string, unknown>>;

const many = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ i }));

async function sizes(source: BatchSource): Promise<number[]> {
  const found: number[] = [];
  for await (const batch of source) found.push(batch.kind === 'rows' ? batch.rows.length : -1);
  return found;
}

/** Rows that say when nobody reads on. */
function watched(count: number): { readonly rows: AsyncIterable<Row>; readonly said: string[] } {
  const said: string[] = [];
  async function* rows(): AsyncGenerator<Row> {
    try {
      yield* many(count);
      said.push('ended');
    } finally {
      said.push('closed');
    }
  }
  return { rows: rows(), said };
}

describe('rowSource', () => {
  it('takes no input for complete that ends because it was told to', async () => {
    const controller = new AbortController();
    const ended = Promise.withResolvers<IteratorResult<Row>>();
    const end = { done: true, value: undefined } as const;
    const given = [{ a: 1 }, { a: 2 }];
    const next = async (): Promise<IteratorResult<Row>> => {
      const value = given.pop();
      return value === undefined ? ended.promise : { done: false, value };
    };
    const leave = async (): Promise<IteratorResult<Row>> => {
      ended.resolve(end);
      return end;
    };
    const rows: AsyncIterable<Row> = { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
    const reading = rowSource(rows, { signal: controller.signal });
    setImmediate(() => controller.abort());

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it('closes an input whose inference is aborted, though it hangs', async () => {
    const controller = new AbortController();
    const isClosed = Promise.withResolvers<boolean>();
    const wake = Promise.withResolvers<void>();
    async function* rows(): AsyncGenerator<Row> {
      try {
        yield { a: 1 };
        controller.abort();
        await wake.promise;
        yield { a: 2 };
        yield { a: 3 };
      } finally {
        isClosed.resolve(true);
      }
    }
    const reading = rowSource(rows(), { signal: controller.signal });
    wake.resolve();

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(await isClosed.promise).toBe(true);
  });

  it.each<[string, (rows: Row[]) => Parameters<typeof rowSource>[0]]>([
    ['an array', (rows) => rows],
    ['a set', (rows) => new Set(rows)],
    ['an async iterable', (rows) => watched(rows.length).rows],
    ['a Node stream', (rows) => Readable.from(rows)],
    ['a Web stream', (rows) => ReadableStream.from(rows)],
  ])('reads %s, ahead and after', async (_, inputOf) => {
    const source = await rowSource(inputOf(many(2500)), { batchRows: 1000 });
    const rows: unknown[] = [];
    for await (const batch of source) if (batch.kind === 'rows') rows.push(...batch.rows);

    expect(rows).toEqual(many(2500));
    expect(source.schema.fields.map(({ name, type }) => [name, type.kind])).toEqual([['i', 'float64']]);
  });

  it('cuts batches of batchRows and a rest', async () => {
    expect(await sizes(await rowSource(many(10_000)))).toEqual([4096, 4096, 1808]);
    expect(await sizes(await rowSource(many(4), { batchRows: 2 }))).toEqual([2, 2]);
    expect(await sizes(await rowSource([]))).toEqual([]);
  });

  it('infers int32 only when it has seen every row', async () => {
    expect((await rowSource(many(999))).schema.fields[0]?.type.kind).toBe('int32');
    expect((await rowSource(many(1000))).schema.fields[0]?.type.kind).toBe('float64');
  });

  it('does not touch the input when the schema is given, until it is read', async () => {
    let reads = 0;
    const input = {
      *[Symbol.iterator](): Generator<Row> {
        reads++;
        yield { i: 1 };
      },
    };

    const source = await rowSource(input, { schema: { fields: [] } });

    expect(reads).toBe(0);
    expect(await sizes(source)).toEqual([1]);
  });

  it('closes the input when the loop is left early', async () => {
    const { rows, said } = watched(10_000);

    for await (const batch of await rowSource(rows, { batchRows: 10 })) if (batch.kind === 'rows') break;

    expect(said).toEqual(['closed']);
  });

  it('does not close an input that has ended or failed', async () => {
    let closed = 0;
    const failing = (fails: boolean): AsyncIterable<Row> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          if (fails) throw new RangeError('the database left');
          return { done: true, value: undefined };
        },
        return: async () => {
          closed++;
          return { done: true, value: undefined };
        },
      }),
    });
    const schema = { fields: [] };

    expect(await sizes(await rowSource(failing(false), { schema }))).toEqual([]);
    await expect(rowSource(failing(true), { schema }).then(sizes)).rejects.toThrow(RangeError);
    expect(closed).toBe(0);
  });

  it('is read once, and says so', async () => {
    const source = await rowSource(many(3));
    await sizes(source);

    await expect(sizes(source)).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses batches of %d rows', async (batchRows) => {
    await expect(rowSource([], { batchRows })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});

describe('batchSource', () => {
  it('can be read as often as its batches can', async () => {
    const schema = { fields: [] };
    const batches: Batch[] = [{ kind: 'columns', schema, length: 3, columns: [] }];
    const source = batchSource(schema, batches);

    expect([await sizes(source), await sizes(source)]).toEqual([[-1], [-1]]);
    expect(source.schema).toBe(schema);
  });
});

describe('inferSchema', () => {
  const typesOf = (rows: Row[], complete = true): unknown[] =>
    inferSchema(rows, { complete }).fields.map(({ name, type }) => [name, printDataType(type)]);

  it.each<[string, unknown[], string]>([
    ['booleans', [true, null], 'bool'],
    ['small whole numbers', [1, -5], 'int32'],
    ['whole numbers past 32 bits', [1, 2 ** 31], 'float64'],
    ['fractions among whole numbers', [1, 0.5], 'float64'],
    ['bigints', [1n], 'int64'],
    ['texts', ['a', undefined], 'utf8'],
    ['dates', [new Date(0)], 'timestamp(ms)'],
    ['bytes', [new Uint8Array()], 'binary'],
    ['objects', [{ a: 1 }], 'json'],
    ['arrays', [[1]], 'json'],
    ['texts and numbers', ['a', 1], 'json'],
    ['bigints and numbers', [1n, 1], 'json'],
    ['nothing but nulls', [null, undefined], 'utf8'],
  ])('reads %s', (_, values, expected) => {
    expect(typesOf(values.map((v) => ({ v })))).toEqual([['v', expected]]);
  });

  it('lists fields in order of first appearance, all nullable', () => {
    const schema = inferSchema([{ b: 1 }, { a: 1, b: 2 }], { complete: true });

    expect(schema.fields.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['b', true],
      ['a', true],
    ]);
  });

  it('keeps a column called __proto__', () => {
    const row: Row = Object.fromEntries([['__proto__', 1]]);

    expect(typesOf([row])).toEqual([['__proto__', 'int32']]);
  });

  it('does not promise int32 for rows that are still to come', () => {
    expect(typesOf([{ v: 1 }], false)).toEqual([['v', 'float64']]);
  });
});

describe('a property that first appears after inference', () => {
  const rows = (count: number): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, i) => ({ a: i }));

  it('is refused, as it would be left out without a word', async () => {
    const source = await rowSource([...rows(1001), { a: 1, b: 2 }]);

    await expect(Array.fromAsync(source)).rejects.toThrow('row 1001 (from 0) has a property "b"');
  });

  it('is left out where a schema says what the rows hold', async () => {
    const schema = { fields: [{ name: 'a', type: { kind: 'float64' }, nullable: true }] } as const;

    const batches = await Array.fromAsync(await rowSource([...rows(1001), { a: 1, b: 2 }], { schema }));

    expect(batches.reduce((sum, batch) => sum + batchLength(batch), 0)).toBe(1002);
  });
});
