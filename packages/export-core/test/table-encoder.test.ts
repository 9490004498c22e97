import { createHash } from 'node:crypto';
import type { Batch, Schema } from '@perf/contracts';
import { toColumns } from '@perf/contracts';
import type { TableEncoder } from '@perf/export-core';
import { BLOCK_SOFT_LIMIT, Block } from '@perf/export-core';
import { describe, expect, it } from 'vitest';
import { encoderOf, schema } from './plain-encoder.ts';

/** All blocks of an output. */
function blocksOf(encoder: TableEncoder, batches: readonly Batch[]): Buffer[] {
  const blocks: Buffer[] = [];
  const block = new Block(encoder.blockBytes);
  const drain = (): void => {
    for (let state = encoder.fillBlock(block); state !== 'done'; state = encoder.fillBlock(block)) {
      if (state !== 'full') continue;
      blocks.push(Buffer.from(block.filled()));
      block.length = 0;
    }
  };
  encoder.begin();
  drain();
  for (const batch of batches) {
    encoder.load(batch);
    drain();
  }
  encoder.end();
  drain();
  return [...blocks, Buffer.from(block.filled())];
}

function batchesOf(rows: readonly (readonly unknown[])[], size: number): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < rows.length; from += size)
    batches.push({ kind: 'rows', schema, layout: 'arrays', rows: rows.slice(from, from + size) });
  return batches;
}

const digests = (blocks: readonly Buffer[]): string[] =>
  blocks.map((block) => createHash('sha256').update(block).digest('hex'));

const manyRows = Array.from({ length: 60_000 }, (_, i) => [i, i % 7 === 0 ? null : `é${'x'.repeat(i % 90)}`]);

describe('TableEncoder', () => {
  it('writes header, rows and footer', () => {
    const [block] = blocksOf(
      encoderOf(),
      batchesOf(
        [
          [1, 'a'],
          [2, null],
        ],
        10,
      ),
    );

    expect(block?.toString()).toBe('<(id=1;text=a),(id=2;text=-)>');
  });

  it('cuts blocks by fill alone, whatever the batches', () => {
    const expected = digests(blocksOf(encoderOf(), batchesOf(manyRows, manyRows.length)));

    for (const size of [1, 333, 4096])
      expect(digests(blocksOf(encoderOf(), batchesOf(manyRows, size)))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(2);
  });

  it('writes columns as it writes rows', () => {
    const rows = blocksOf(encoderOf(), batchesOf(manyRows, 5000));
    const columns = blocksOf(encoderOf(), batchesOf(manyRows, 5000).map(toColumns));

    expect(Buffer.concat(columns).equals(Buffer.concat(rows))).toBe(true);
  });

  it('ends a block in the middle of a row when a cell finds no room, and loses nothing', () => {
    const long = 'ü'.repeat(300_000);
    const rows = Array.from({ length: 9 }, (_, i) => [i, long]);

    const blocks = blocksOf(encoderOf(), batchesOf(rows, 4));

    expect(Buffer.concat(blocks).toString()).toBe(
      `<${rows.map(([id]) => `(id=${String(id)};text=${long})`).join(',')}>`,
    );
    for (const block of blocks) expect(block.length).toBeLessThanOrEqual(encoderOf().blockBytes);
  });

  it('writes a cell that no block can hold in pieces', () => {
    const giant = 'ab'.repeat(10_000_000);

    const blocks = blocksOf(
      encoderOf(),
      batchesOf(
        [
          [1, 'x'],
          [2, giant],
          [3, 'y'],
        ],
        3,
      ),
    );

    expect(blocks.length).toBeGreaterThan(9);
    expect(Buffer.concat(blocks).toString()).toBe(`<(id=1;text=x),(id=2;text=${giant}),(id=3;text=y)>`);
  });

  it('makes blocks large enough for a row of any number of columns', () => {
    const wide: Schema = {
      fields: Array.from({ length: 120_000 }, (_, i) => ({
        name: `column ${i}`,
        type: { kind: 'int32' },
        nullable: true,
      })),
    };
    const rows = [wide.fields.map((_, i) => -1e9 - i), wide.fields.map(() => null)];

    const blocks = blocksOf(encoderOf(wide), [{ kind: 'rows', schema: wide, layout: 'arrays', rows }]);

    const line = (shown: (i: number) => string): string =>
      wide.fields.map((field, i) => `${field.name}=${shown(i)}`).join(';');
    const expected = `<(${line((i) => String(-1e9 - i))}),(${line(() => '-')})>`;
    expect(Buffer.concat(blocks).toString() === expected).toBe(true);
    expect(encoderOf(wide).blockBytes).toBeGreaterThan(BLOCK_SOFT_LIMIT * 2);
  });

  it('names column and row of a value that does not fit', () => {
    const rows = [
      [1, 'a'],
      [2, 'b'],
      ['3', 'c'],
    ];

    expect(() => blocksOf(encoderOf(), batchesOf(rows, 2))).toThrow(
      expect.objectContaining({
        code: 'ERR_PERF_INVALID_VALUE',
        message: 'column id, row 2 (from 0): a string does not fit int32, not null',
      }),
    );
  });

  it('refuses null where the schema promises none', () => {
    expect(() => blocksOf(encoderOf(), batchesOf([[null, 'a']], 1))).toThrow(
      /column id, row 0 .*null does not fit/,
    );
  });

  it.each<[string, Batch]>([
    ['too few columns', { kind: 'columns', schema, length: 1, columns: [{ data: Int32Array.of(1) }] }],
    [
      'short data',
      { kind: 'columns', schema, length: 2, columns: [{ data: Int32Array.of(1) }, { data: ['a', 'b'] }] },
    ],
    [
      'short validity',
      {
        kind: 'columns',
        schema,
        length: 9,
        columns: [
          { data: new Int32Array(9), validity: Uint8Array.of(255) },
          { data: Array.from({ length: 9 }) },
        ],
      },
    ],
    [
      'the wrong array',
      { kind: 'columns', schema, length: 1, columns: [{ data: Float64Array.of(1) }, { data: ['a'] }] },
    ],
    ['another schema', { kind: 'rows', schema: { fields: [] }, layout: 'arrays', rows: [] }],
  ])('refuses a batch with %s', (_, batch) => {
    expect(() => blocksOf(encoderOf(), [batch])).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_SOURCE_FAILED' }),
    );
  });
});
