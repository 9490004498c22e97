import { constants, deflateRawSync } from 'node:zlib';
import { Block, deflateBlock, packerFor } from '@perf/export-core';
import { describe, expect, it } from 'vitest';

const KIB = 1024;

async function framed(count: number, format: 'gzip' | 'zstd' = 'gzip'): Promise<readonly Uint8Array[]> {
  const packer = packerFor({ format, level: 1 });
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const block = new Block(KIB * KIB);
    block.length = block.bytes.write('some text, again and again; '.repeat(1000));
    pieces.push(...(await packer.frame(await packer.compress(block, false), undefined)));
  }
  return pieces;
}

describe('a packer', () => {
  it('gives the memory of a block back when two more were framed', async () => {
    const lengths = (await framed(4)).map(({ length }) => length > 0);

    expect(lengths).toEqual([false, false, true, true]);
  });

  it('leaves memory alone that others share', async () => {
    const neighbour = Buffer.from('in the pool of small buffers');

    const lengths = (await framed(4, 'zstd')).map(({ length }) => length > 0);

    expect(lengths).toEqual([true, true, true, true]);
    expect(neighbour.toString()).toBe('in the pool of small buffers');
  });
});

describe('deflateBlock', () => {
  it.each([0, 1, 100, 300 * KIB, 1500 * KIB])(
    'gives the bytes that zlib gives for %i bytes',
    async (size) => {
      const bytes = Buffer.alloc(size, 'ünïcode and 12345 ').map((byte, i) =>
        i % 7 === 0 ? (i * 31) & 255 : byte,
      );
      for (const isLast of [true, false]) {
        const finishFlush = isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
        const expected = deflateRawSync(bytes, { level: 1, memLevel: 9, finishFlush, chunkSize: 512 * KIB });

        const found = await deflateBlock(bytes, { level: 1, isLast });

        expect(Buffer.compare(found, expected)).toBe(0);
      }
    },
  );
});
