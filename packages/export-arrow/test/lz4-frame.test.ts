import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { seededRandom } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lz4FrameEncoder } from '../src/ipc/lz4-frame.ts';
import { decodeLz4 } from './lz4-decode.ts';

const missing = await missingReaderTools(['lz4']);

/** Magic, descriptor and end mark. */
const FRAME_BYTES = 19;
const MIB = 1024 * 1024;

const random = seededRandom(4);

function noise(length: number, { int } = random): Uint8Array {
  return Uint8Array.from({ length }, () => int(0, 255));
}

function ramp(length: number, step = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(i / step));
}

/** Lengths on both sides of where a length takes a byte more: after 15, and after every 255 from there. */
const EDGES = [14, 15, 16, 269, 270, 271, 524, 525, 526];

function edges(): Uint8Array[] {
  return EDGES.flatMap((literals) =>
    EDGES.map((match) => {
      const text = noise(literals);
      // A run of one byte is a literal and a match, whose least length of 4 is not counted.
      return Buffer.concat([text, Buffer.alloc(1 + 4 + match, (text.at(-1) ?? 0) ^ 1), noise(40)]);
    }),
  );
}

/** The same text twice, so far apart. */
function twice(distance: number): Uint8Array {
  const text = noise(6000);
  return Buffer.concat([text, noise(distance - text.length), text, noise(30)]);
}

const FIXED: Readonly<Record<string, () => Uint8Array[]>> = {
  'no bytes': () => [new Uint8Array(0)],
  '1 to 40 bytes': () => Array.from({ length: 40 }, (_, i) => [Buffer.alloc(i + 1), noise(i + 1)]).flat(),
  'lengths around what a token can hold': edges,
  'distances around the greatest': () => [65_534, 65_535, 65_536, 65_537].map(twice),
  'a run of any length up to 700': () => Array.from({ length: 700 }, (_, i) => Buffer.alloc(i, 7)),
  'noise of 1 MiB': () => [noise(MIB)],
  'zeros around the sizes of blocks': () =>
    [1 << 16, 1 << 18, 1 << 20, 1 << 22].flatMap((size) =>
      [-1, 0, 1, 12, 13].map((more) => Buffer.alloc(size + more)),
    ),
  'blocks with and without gain': () => [
    Buffer.concat([noise(4 * MIB + 100), Buffer.alloc(5 * MIB), ramp(3 * MIB, 5), noise(7)]),
  ],
  'a part of other memory': () => [ramp(5000, 3).subarray(1001, 4003)],
};

interface Patch {
  readonly kind: 'new' | 'run' | 'back';
  readonly distance: number;
  readonly length: number;
}

function patchOf({ kind, distance, length }: Patch, before: Uint8Array): Uint8Array {
  if (kind === 'new') return noise(length, seededRandom(distance));
  if (kind === 'run') return Buffer.alloc(length, distance);
  const start = Math.max(0, before.length - distance);
  return before.subarray(start, start + length);
}

/** Bytes as data has them: new ones, runs, and what stood before. */
const patchwork = fc
  .array(
    fc.record<Patch>({
      kind: fc.constantFrom('new', 'run', 'back'),
      distance: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 70_000 })),
      length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 600 }), fc.nat({ max: 40_000 })),
    }),
    { maxLength: 12 },
  )
  .map((patches) =>
    patches.reduce<Uint8Array>(
      (before, patch) => Buffer.concat([before, patchOf(patch, before)]),
      new Uint8Array(0),
    ),
  );
const anything = fc.oneof(fc.uint8Array({ maxLength: 400 }), patchwork);

describe('Lz4FrameEncoder', () => {
  const encoder = new Lz4FrameEncoder();

  it.each(Object.entries(FIXED))('writes what an independent decoder reads: %s', (_, make) => {
    for (const bytes of make()) expect(Buffer.compare(decodeLz4(encoder.encode(bytes)), bytes)).toBe(0);
  });

  it('writes what an independent decoder reads, whatever the bytes', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(Buffer.compare(decodeLz4(encoder.encode(bytes)), bytes)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('takes little for what repeats, and no more than four bytes a block for what does not', () => {
    expect(encoder.encode(Buffer.alloc(MIB)).length).toBeLessThan(MIB / 240);
    expect(encoder.encode(Buffer.from('Zürich, Bern, Basel, '.repeat(400))).length).toBeLessThan(120);
    expect(encoder.encode(noise(5 * MIB)).length).toBe(5 * MIB + FRAME_BYTES + 2 * 4);
  });

  it('finds what stood 65,535 bytes before, and not what stood farther', () => {
    const sizes = [65_535, 65_536].map((distance) => {
      const bytes = twice(distance);
      return encoder.encode(bytes).length - bytes.length;
    });

    expect(sizes[0]).toBeLessThan(-5000);
    expect(sizes[1]).toBe(FRAME_BYTES + 4);
  });

  it('announces the least blocks that hold everything, up to 4 MiB', () => {
    const sizeIds = [1, 1 << 16, (1 << 16) + 1, 1 << 18, 1 << 20, (1 << 20) + 1, 1 << 22, 9 * MIB].map(
      (length) => (encoder.encode(Buffer.alloc(length))[5] ?? 0) >> 4,
    );

    expect(sizeIds).toEqual([4, 4, 5, 5, 6, 7, 7, 7]);
  });

  it('gives frames that later ones do not touch, and the same bytes for the same', () => {
    const [first, second] = [ramp(9000, 2), ramp(9000, 3)];
    const kept = encoder.encode(first);
    const copy = kept.slice();

    encoder.encode(second);

    expect(kept).toEqual(copy);
    expect(new Lz4FrameEncoder().encode(first)).toEqual(kept);
  });
});

describe.skipIf(missing !== undefined)(
  `Lz4FrameEncoder, read by lz4 ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    const encoder = new Lz4FrameEncoder();
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perf-lz4-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));

    /** Frames may follow each other in a file: one run reads them all. */
    async function readByLz4(all: readonly Uint8Array[]): Promise<Buffer> {
      const [packed, plain] = [join(folder, 'packed.lz4'), join(folder, 'plain')];
      await writeFile(packed, Buffer.concat(all.map((bytes) => encoder.encode(bytes))));
      await runReader('lz4', ['-dqf', packed, plain]);
      return readFile(plain);
    }

    it.each(Object.entries(FIXED))('holds the same bytes: %s', async (_, make) => {
      const all = make();

      expect(Buffer.compare(await readByLz4(all), Buffer.concat(all))).toBe(0);
    });

    it('holds the same bytes, whatever they are', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 40 }), async (all) => {
          expect(Buffer.compare(await readByLz4(all), Buffer.concat(all))).toBe(0);
        }),
        { numRuns: 40 },
      );
    });
  },
);
