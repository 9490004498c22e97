import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DiskStore } from '@perf/cache-disk';
import { describe, expect, it } from 'vitest';
import { entry, textsOf } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

/** A folder with a store that held `a` to `a299`, closed. */
async function filled(driver: 'lmdb' | 'sqlite'): Promise<TempFolder> {
  const folder = new TempFolder();
  await using store = await DiskStore.open(folder.path, { driver });
  await store.setMany(Array.from({ length: 300 }, (_, i) => entry(`a${i}`, new Uint8Array(3_000).fill(i))));
  return folder;
}

const DAMAGES: readonly [name: string, damage: (file: string) => void][] = [
  ['text', (file) => writeFileSync(file, 'this is no database\n'.repeat(1_000))],
  ['a few bytes', (file) => writeFileSync(file, 'x'.repeat(600))],
  [
    'a file cut in the middle',
    (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / 4_096) * 4_096),
  ],
  ['a file cut to its first page', (file) => truncateSync(file, 4_096)],
];

describe.each([
  ['lmdb', 'cache.mdb'],
  ['sqlite', 'cache.sqlite'],
] as const)('a store on %s', (driver, name) => {
  it.each(DAMAGES)('moves %s aside, says so, and begins empty', async (_, damage) => {
    using folder = await filled(driver);
    damage(folder.file(name));
    const told: unknown[] = [];

    await using store = await DiskStore.open(folder.path, { driver, onError: (error) => told.push(error) });

    expect(told.map(String)).toEqual([
      `PerfError: ${folder.file(name)} could not be used and is now ${folder.file(name)}.damaged; the cache begins empty`,
    ]);
    expect(existsSync(folder.file(`${name}.damaged`))).toBe(true);
    expect(store.statistics.entries).toBe(0);
    await store.setMany([entry('a1', 'new')]);
    expect(textsOf(await store.getMany(['a1', 'a2']))).toEqual(['new', undefined]);
  });

  it.each(DAMAGES)('refuses %s when it only reads, and leaves it', async (_, damage) => {
    using folder = await filled(driver);
    damage(folder.file(name));
    const { size } = statSync(folder.file(name));

    await expect(DiskStore.open(folder.path, { driver, readOnly: true })).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
    expect(statSync(folder.file(name)).size).toBe(size);
  });

  it('makes damaged bytes of a value a miss, and counts it', async () => {
    using folder = new TempFolder();
    const marker = 'here stands the value that a bad disk will change';
    const first = await DiskStore.open(folder.path, { driver });
    await first.setMany([entry('good', 'good'), entry('bad', marker), entry('other', 'other')]);
    await first[Symbol.asyncDispose]();
    const bytes = readFileSync(folder.file(name));
    let found = bytes.indexOf(marker);
    for (; found !== -1; found = bytes.indexOf(marker, found + 1)) bytes[found] = 0x48;
    writeFileSync(folder.file(name), bytes);

    await using store = await DiskStore.open(folder.path, { driver });

    expect(textsOf(await store.getMany(['good', 'bad', 'other']))).toEqual(['good', undefined, 'other']);
    expect(store.statistics).toMatchObject({ hits: 2, misses: 1, rejected: 1, errors: 0 });
    await store.setMany([entry('bad', 'mended')]);
    expect(textsOf(await store.getMany(['bad']))).toEqual(['mended']);
    expect(store.statistics.entries).toBe(3);
  });
});

it('keeps a file of lmdb that counts free pages at its end, which lmdb does not write', async () => {
  using folder = await filled('lmdb');
  const bytes = readFileSync(folder.file('cache.mdb'));
  const pageSize = bytes.readUInt32LE(48);
  for (const lastPage of [144, pageSize + 144])
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(lastPage) + 50n, lastPage);
  writeFileSync(folder.file('cache.mdb'), bytes);
  const told: unknown[] = [];

  await using reader = await DiskStore.open(folder.path, { readOnly: true });
  expect(reader.statistics.entries).toBe(300);
  await reader[Symbol.asyncDispose]();
  await using again = await DiskStore.open(folder.path, { onError: (error) => told.push(error) });

  expect(told).toEqual([]);
  expect(again.statistics.entries).toBe(300);
  await again.setMany([entry('more', new Uint8Array(500_000))]);
  expect((await again.getMany(['a299', 'more'])).map((found) => found?.value.length)).toEqual([
    3_000, 500_000,
  ]);
});

describe('stored bytes', () => {
  const record = readFileSync(join(import.meta.dirname, 'golden/record-v1.bin'));

  it('are those of the golden file, and read back', async () => {
    using folder = new TempFolder();
    const store = await DiskStore.open(folder.path, { driver: 'sqlite' });
    await store.setMany([entry('golden', 'the value', 4_102_444_800_000)]);
    await store[Symbol.asyncDispose]();

    using database = new DatabaseSync(folder.file('cache.sqlite'));
    const row = database.prepare('SELECT k, v FROM entries').get();

    expect(row).toEqual({ k: new Uint8Array(Buffer.from('\u0001golden')), v: new Uint8Array(record) });
  });

  it.each([
    ['a later version', (bytes: Buffer) => bytes.writeUInt8(2, 0)],
    ['fewer bytes than a head', (bytes: Buffer) => bytes.subarray(0, 10)],
    ['a byte too few', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ['another expiry', (bytes: Buffer) => bytes.writeDoubleLE(Infinity, 8)],
  ])('with %s are a miss', async (_, change) => {
    using folder = new TempFolder();
    const first = await DiskStore.open(folder.path, { driver: 'sqlite' });
    await first.setMany([entry('golden', 'x')]);
    await first[Symbol.asyncDispose]();
    const bytes = Buffer.from(record);
    const changed = change(bytes);
    const database = new DatabaseSync(folder.file('cache.sqlite'));
    database.prepare('UPDATE entries SET v = ?').run(typeof changed === 'number' ? bytes : changed);
    database.close();

    await using store = await DiskStore.open(folder.path, { driver: 'sqlite' });

    expect(await store.getMany(['golden'])).toEqual([undefined]);
    expect(store.statistics.rejected).toBe(1);
    await store.clear('');
    expect(store.statistics).toMatchObject({ entries: 0, memoryUsedBytes: 0 });
  });
});

it('takes SQLite where lmdb cannot be loaded', async () => {
  using folder = new TempFolder();
  const script = fileURLToPath(new URL('without-lmdb.ts', import.meta.url));
  const flags = ['--conditions=@perf/source', '--disable-warning=ExperimentalWarning'];

  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, folder.path]);

  expect(stdout).toBe('sqlite one\n');
});
