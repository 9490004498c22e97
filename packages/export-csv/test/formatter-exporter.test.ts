import type { Batch } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { createFormatterExporter, exportCsv, memorySink } from '@perf/export-csv';
import { mixedColumnBatches, mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
import { format } from 'fast-csv';
import { describe, expect, it } from 'vitest';

type Row = Readonly<Record<string, unknown>>;

function isoDates(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

const ours = createFormatterExporter(() => format<Row, Row>({ headers: true, transform: isoDates }));

describe('createFormatterExporter', () => {
  it.each([
    ['rows', () => mixedRowBatches(20_000)],
    ['columns', () => mixedColumnBatches(20_000)],
  ])('writes through the hooks of fast-csv what CSV of ours is, from %s', async (_, batches) => {
    const [theirs, expected] = [memorySink(), memorySink()];

    const manifest = await ours.export(batchSource(mixedSchema, batches()), theirs);
    await exportCsv(batchSource(mixedSchema, batches()), expected);

    const text = Buffer.from(theirs.bytes()).toString();
    expect(`${text}\n`).toBe(Buffer.from(expected.bytes()).toString());
    expect(manifest).toMatchObject({ format: 'csv', rows: 20_000, bytes: Buffer.byteLength(text) });
  });

  it('fails with what the source threw, and says what a hook threw', async () => {
    const failing = batchSource(mixedSchema, [] as Batch[]);
    const source = {
      ...failing,
      async *[Symbol.asyncIterator]() {
        yield* mixedRowBatches(5000);
        throw new Error('the server went away');
      },
    };
    await expect(ours.export(source, memorySink())).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
    const throwing = createFormatterExporter(() =>
      format<Row, Row>({
        headers: true,
        transform: () => {
          throw new Error('no such column');
        },
      }),
    );
    await expect(
      throwing.export(batchSource(mixedSchema, mixedRowBatches(10)), memorySink()),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: 'writing csv failed: no such column',
    });
  });

  it('stops when it is aborted while the source hangs', async () => {
    const controller = new AbortController();
    const source = {
      schema: mixedSchema,
      async *[Symbol.asyncIterator]() {
        yield* mixedRowBatches(5000);
        controller.abort();
        await new Promise(() => undefined);
      },
    };

    await expect(ours.export(source, memorySink(), { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
  });
});
