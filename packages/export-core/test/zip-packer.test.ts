import { crc32, deflateRawSync } from 'node:zlib';
import type { ZipCopy } from '@perf/export-core';
import { ZipPacker, readZip, unzipEntry } from '@perf/export-core';
import { array, assert, asyncProperty, string, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entry, framed, packed } from './zip-steps.ts';

const GIB = 2 ** 30;
const END_OF_ZIP64 = Buffer.from('PK\u0006\u0006', 'latin1');

function copyOf(name: string, text: string): ZipCopy {
  const content = Buffer.from(text);
  return { name, method: 8, crc: crc32(content), size: content.length, bytes: deflateRawSync(content) };
}

function contents(archive: Uint8Array): (readonly [string, string])[] {
  return readZip(archive).map((copy) => [copy.name, unzipEntry(copy, 1e6).toString()]);
}

/** A state as a checkpoint keeps it. */
function saved(packer: ZipPacker): Readonly<Record<string, unknown>> {
  const state: unknown = JSON.parse(JSON.stringify(packer.state()));
  return Object.fromEntries(Object.entries(state ?? {}));
}

describe('ZipPacker', () => {
  it('writes entries of one block and of many, empty ones, and copies', async () => {
    const archive = await packed([
      ...entry('plain.txt', 'one ', 'two ', 'three'),
      ...entry('empty.txt', ''),
      ...entry('büro/naïve 李.txt', 'ünïcode', '', ' more'),
      { mark: { copies: [copyOf('copied.bin', 'copied '.repeat(100))] } },
    ]);

    expect(contents(archive)).toEqual([
      ['plain.txt', 'one two three'],
      ['empty.txt', ''],
      ['büro/naïve 李.txt', 'ünïcode more'],
      ['copied.bin', 'copied '.repeat(100)],
    ]);
  });

  it('writes an archive without entries', async () => {
    expect(readZip(await packed([]))).toEqual([]);
  });

  it('writes the same bytes in every run', async () => {
    const steps = [...entry('a', 'x'.repeat(100_000), 'y'), ...entry('b', 'z')];

    expect((await packed(steps)).equals(await packed(steps))).toBe(true);
  });

  it('copies packed bytes as they are', async () => {
    const copy = copyOf('a', 'text');

    const [found] = readZip(await packed([{ mark: { copies: [copy] } }]));

    expect(found).toEqual({ ...copy, bytes: Buffer.from(copy.bytes) });
  });

  it('reads back whatever it wrote', async () => {
    const files = uniqueArray(
      tuple(string({ minLength: 1, unit: 'grapheme' }), array(string(), { minLength: 1 })),
      {
        selector: ([name]) => name,
        maxLength: 8,
      },
    );
    await assert(
      asyncProperty(files, async (wanted) => {
        const archive = await packed(wanted.flatMap(([name, texts]) => entry(name, ...texts)));

        expect(contents(archive)).toEqual(wanted.map(([name, texts]) => [name, texts.join('')]));
      }),
    );
  });

  it('goes on from a state in the middle of an entry with the same bytes', async () => {
    const steps = [...entry('first', 'a', 'b'), ...entry('second', 'c', 'd', 'e'), ...entry('third', 'f')];
    const whole = await packed(steps);
    for (let cut = 1; cut < steps.length; cut++) {
      const before = new ZipPacker(1);
      const head = Buffer.concat(await framed(steps.slice(0, cut), before));
      const after = new ZipPacker(1);
      after.resume(saved(before));

      const tail = await packed(steps.slice(cut), after);

      expect(Buffer.concat([head, tail]).equals(whole)).toBe(true);
    }
  });

  it('refuses a state that is none', () => {
    expect(() => new ZipPacker(1).resume({ position: 'here' })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' }),
    );
  });

  it('refuses bytes outside of any entry', async () => {
    await expect(packed([{ text: 'lost' }])).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });
});

describe('ZIP64', () => {
  it('is left out of small archives', async () => {
    const archive = await packed(entry('a', 'b'));

    expect(archive.includes(END_OF_ZIP64)).toBe(false);
    expect(archive.length).toBeLessThan(150);
  });

  it('counts more than 65,535 entries', async () => {
    const none = copyOf('', '');
    const copies = Array.from({ length: 65_600 }, (_, i) => ({ ...none, name: `f${i}` }));

    const archive = await packed([{ mark: { copies } }]);

    expect(readZip(archive)).toHaveLength(65_600);
    expect(archive.includes(END_OF_ZIP64)).toBe(true);
  });

  it('refuses an entry that passes 4 GiB without having been begun for it', async () => {
    const open = { name: 'big', method: 8, crc: 1, size: 6 * GIB, packed: 0, offset: 0, isStreamed: true };
    const packer = new ZipPacker(1);
    packer.resume({ position: 0, entries: [], open });

    await expect(packed([{ text: 'end', mark: { ends: true } }], packer)).rejects.toMatchObject({
      code: 'ERR_PERF_LIMIT_EXCEEDED',
    });
  });
});

describe('readZip', () => {
  it('says what is wrong with bytes that are no archive', async () => {
    const archive = await packed(entry('a.txt', 'some text that is long enough to be packed'));
    const [copy] = readZip(archive);
    const at = archive.indexOf('a.txt') + 8;
    const flipped = Buffer.from(archive);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;

    for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), archive.subarray(0, -1), archive.subarray(20)])
      expect(() => readZip(bytes)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }));
    expect(() => contents(flipped)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }));
    expect(() => copy && unzipEntry(copy, 10)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_LIMIT_EXCEEDED' }),
    );
  });
});
