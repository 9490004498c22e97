import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { Block, ZipPacker } from '@perf/export-core';
import type { ZipMark } from '@perf/export-core';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { describe, expect, it } from 'vitest';

const GIB = 2 ** 30;
const missing = await missingReaderTools(['python3', 'unzip']);

async function packed(
  steps: readonly { readonly text?: string; readonly mark?: ZipMark }[],
  packer: ZipPacker = new ZipPacker(1),
): Promise<Buffer> {
  let pieces = [packer.begin()];
  for (const { text = '', mark } of steps) {
    const block = new Block(1024 * 1024);
    block.length = block.bytes.write(text);
    block.mark = mark;
    const framed = packer.frame(await packer.compress(block, false), mark);
    // Copied as a sink does: the packer takes its memory back.
    pieces = pieces.concat(framed.map((piece) => Uint8Array.from(piece)));
  }
  return Buffer.concat([...pieces, ...packer.end()]);
}

async function inFile<T>(bytes: Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-zip-'));
  try {
    const file = join(folder, 'a.zip');
    await writeFile(file, bytes);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Names and contents as Python's zipfile finds them, after it has checked every checksum. */
const READ_ALL = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({info.filename: archive.read(info).decode() for info in archive.infolist()}))
`;
/** A sparse file: five GiB of nothing, then what the packer wrote. */
const SPARSE = `
import base64, sys
with open(sys.argv[1], 'wb') as file:
    file.seek(5 * 2**30)
    file.write(base64.b64decode(sys.argv[2]))
`;
const FIRST_SIZE = `
import sys, zipfile
info = zipfile.ZipFile(sys.argv[1]).infolist()[0]
print(info.file_size, info.extract_version)
`;

async function python(script: string, ...args: readonly string[]): Promise<string> {
  return runReader('python3', ['-c', script, ...args]);
}

describe.skipIf(missing !== undefined)(`zip archives read by others ${missing ?? ''}`, () => {
  it('are read by Python and unzip', async () => {
    const copied = Buffer.from('copied '.repeat(100));
    const archive = await packed([
      { text: 'one ', mark: { begins: { name: 'plain.txt' } } },
      { text: 'two', mark: { ends: true } },
      { mark: { begins: { name: 'büro/李.txt' }, ends: true } },
      { text: 'small', mark: { begins: { name: 'small.txt', zip64: true } } },
      { mark: { ends: true } },
      {
        mark: {
          copies: [
            { name: 'copied', method: 8, crc: crc32(copied), size: 700, bytes: deflateRawSync(copied) },
          ],
        },
      },
    ]);

    await inFile(archive, async (file) => {
      expect(JSON.parse(await python(READ_ALL, file))).toEqual({
        'plain.txt': 'one two',
        'büro/李.txt': '',
        'small.txt': 'small',
        copied: copied.toString(),
      });
      expect(await runReader('unzip', ['-t', file])).toContain('No errors detected');
    });
  });

  it('hold more than 65,535 entries', { timeout: 30_000 }, async () => {
    const copies = Array.from({ length: 65_600 }, (_, i) => ({
      name: `f${i}`,
      method: 0,
      crc: 0,
      size: 0,
      bytes: new Uint8Array(0),
    }));

    const found: unknown = await inFile(
      await packed([{ mark: { copies } }]),
      async (file) => JSON.parse(await python(READ_ALL, file)) as unknown,
    );

    expect(Object.keys(found ?? {})).toHaveLength(65_600);
  });

  it('hold an entry behind 5 GiB of others', async () => {
    const packer = new ZipPacker(1);
    packer.resume({ position: 5 * GIB, entries: [], open: null });
    const tail = await packed([{ text: 'far', mark: { begins: { name: 'a' }, ends: true } }], packer);

    await inFile(new Uint8Array(0), async (file) => {
      await python(SPARSE, file, tail.toString('base64'));
      expect(JSON.parse(await python(READ_ALL, file))).toEqual({ a: 'far' });
    });
  });

  it('tell the size of an entry beyond 4 GiB', async () => {
    const size = 6 * GIB;
    const open = { name: 'a', method: 8, crc: 1, size, packed: 0, offset: 0, isStreamed: true, zip64: true };
    const packer = new ZipPacker(1);
    packer.resume({ position: 0, entries: [], open });
    const tail = await packed([{ text: 'end', mark: { ends: true } }], packer);

    await inFile(tail, async (file) => {
      expect((await python(FIRST_SIZE, file)).trim()).toBe(`${size + 3} 45`);
    });
  });
});
