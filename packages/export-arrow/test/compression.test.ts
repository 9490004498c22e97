import type { ArrowOptions } from '@perf/export-arrow';
import { exportArrow, memorySink } from '@perf/export-arrow';
import * as arrow from 'apache-arrow';
import { afterEach, describe, expect, it } from 'vitest';
import { readByFlechette } from './flechette.ts';
import { readArrow } from './read-arrow.ts';

const ROWS = Array.from({ length: 40_000 }, (_, i) => ({
  id: i,
  city: i % 5 === 0 ? null : ['Zürich', 'Bern', '東京'][i % 3],
  amount: Math.sqrt(i),
  tags: [i % 7, i % 11],
}));

async function arrowOf(options: ArrowOptions, rows: readonly Record<string, unknown>[]): Promise<Uint8Array> {
  const sink = memorySink();
  await exportArrow(rows, sink, { hashOn: 'caller', ...options });
  return sink.bytes();
}

describe.each([
  ['file', 'lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['stream', 'lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['file', 'zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['stream', 'zstd', [0x28, 0xb5, 0x2f, 0xfd]],
] as const)('a %s packed by %s', (format, compression, magic) => {
  it.each<Pick<ArrowOptions, 'dictionary'>>([{}, { dictionary: 'auto' }])(
    'reads back in apache-arrow with %j',
    async (shape) => {
      const plain = await arrowOf({ format, ...shape }, ROWS);
      const packed = await arrowOf({ format, ...shape, compression }, ROWS);

      expect(readArrow(packed)).toEqual(readArrow(plain));
      expect(packed.length).toBeLessThan(plain.length / 1.5);
    },
  );

  it('tells readers how many bytes to set aside, as flechette checks', async () => {
    const packed = await arrowOf({ format, compression }, ROWS);

    const { id, city } = readByFlechette(packed);
    expect(id).toEqual(ROWS.map((row) => row.id));
    expect(city).toEqual(ROWS.map((row) => row.city));
  });

  it('stores what gains nothing as it is', async () => {
    const few = ROWS.slice(0, 3);

    const packed = await arrowOf({ format, compression }, few);

    expect(readByFlechette(packed)['city']).toEqual(few.map((row) => row.city));
    expect(Buffer.from(packed).includes(Buffer.from(magic))).toBe(false);
  });

  it('may have no rows', async () => {
    const packed = await arrowOf({ format, compression }, []);

    expect(readArrow(packed).rows).toEqual([]);
  });
});

describe('compression', () => {
  const { LZ4_FRAME } = arrow.CompressionType;
  const known = arrow.compressionRegistry.get(LZ4_FRAME);
  afterEach(() => arrow.compressionRegistry.set(LZ4_FRAME, known ?? {}));

  it('by lz4 does not depend on the codec that the process has registered', async () => {
    const before = await arrowOf({ compression: 'lz4' }, ROWS);
    const stored = Buffer.from('04224d186070730000008001000000', 'hex');

    arrow.compressionRegistry.set(LZ4_FRAME, { encode: () => stored });

    expect(Buffer.compare(await arrowOf({ compression: 'lz4' }, ROWS), before)).toBe(0);
  });
});
