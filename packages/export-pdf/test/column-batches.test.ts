import type { BatchSource, Column } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { writePdf } from './write-pdf.ts';

const schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
  ],
} as const;

function columnsOf(length: number, ...columns: readonly Column[]): BatchSource {
  return batchSource(schema, [{ kind: 'columns', schema, length, columns }]);
}

describe('batches of columns', () => {
  const ids: Column = { data: Int32Array.of(1, 2, 3) };
  const texts: Column = {
    data: { offsets: Int32Array.of(0, 1, 2, 3), bytes: Buffer.from('abc') },
  };

  it('are written when they are whole', async () => {
    const { manifest } = await writePdf(columnsOf(3, ids, texts));

    expect(manifest).toMatchObject({ rows: 3, warnings: [] });
  });

  it('are refused when a column is shorter than the batch', async () => {
    await expect(writePdf(columnsOf(5, ids, texts))).rejects.toMatchObject({
      code: 'ERR_PERF_SOURCE_FAILED',
      message: 'column id: it has 3 values for 5 rows',
    });
  });

  it('are refused when the validity of a column is shorter than the batch', async () => {
    const data = Int32Array.from({ length: 9 });

    const writing = writePdf(columnsOf(9, { data, validity: Uint8Array.of(255) }, texts));

    await expect(writing).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
  });

  it('are refused when a column is not held as its type is', async () => {
    const writing = writePdf(columnsOf(3, { data: Float64Array.of(1, 2, 3) }, texts));

    await expect(writing).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
  });

  it.each([
    ['no characters', [0x61, 0xff, 0xfe], [0, 1, 2, 3]],
    ['characters that lie half in one value and half in the next', [0xc3, 0xa9, 0x61], [0, 1, 2, 3]],
  ])('are refused when the bytes of a text are %s', async (_, bytes, offsets) => {
    const data = { offsets: Int32Array.from(offsets), bytes: Uint8Array.from(bytes) };

    const writing = writePdf(columnsOf(3, ids, { data }));

    await expect(writing).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: 'column text: its bytes are not UTF-8',
    });
  });

  it.each([
    [1, 2, 3, 4],
    [1, 4, 4, 4],
  ])('may hold any bytes beyond their texts, with offsets %i, %i, %i, %i', async (...offsets) => {
    const bytes = Uint8Array.of(0xff, 0x61, 0x62, 0x63, 0x80);
    const data = { offsets: Int32Array.from(offsets), bytes };

    const { manifest } = await writePdf(columnsOf(3, ids, { data }));

    expect(manifest).toMatchObject({ rows: 3, warnings: [] });
  });
});
