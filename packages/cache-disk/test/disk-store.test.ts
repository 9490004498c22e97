import { DiskStore } from '@perf/cache-disk';
import { FakeClock, cacheStoreSuite } from '@perf/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { entry, textsOf } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

describe.each(['lmdb', 'sqlite'] as const)('DiskStore on %s', (driver) => {
  const folders = new TempFolder();
  let made = 0;
  const clock = new FakeClock();
  const next = (): string => folders.file(`store ${made++}`);
  afterAll(() => folders[Symbol.dispose]());

  cacheStoreSuite({
    create: () => DiskStore.open(next(), { driver, now: clock.now }),
    ttlStepMs: 1,
    now: clock.now,
    advance: (ms) => clock.advance(ms),
  });

  it('says what keeps the bytes, and that entries of before are not to be trusted unless told', async () => {
    await using plain = await DiskStore.open(next(), { driver });
    await using kept = await DiskStore.open(next(), { driver, keepOnOpen: true, name: 'kept' });

    expect(plain).toMatchObject({
      driver,
      keeps: 'bytes',
      keepOnOpen: false,
      name: 'disk',
      maxBytes: 1024 ** 3,
    });
    expect(kept).toMatchObject({ keepOnOpen: true, name: 'kept' });
  });

  it('gives entries back with their expiry after it was closed and opened', async () => {
    const folder = next();
    const first = await DiskStore.open(folder, { driver, now: clock.now });
    const expiresAt = clock.now() + 50;
    await first.setMany([entry('a', 'one', expiresAt), entry('b', 'two')]);
    await first[Symbol.asyncDispose]();

    await using second = await DiskStore.open(folder, { driver, now: clock.now });

    expect((await second.getMany(['a', 'b'])).map((found) => found?.expiresAt)).toEqual([
      expiresAt,
      Infinity,
    ]);
    clock.advance(50);
    expect(textsOf(await second.getMany(['a', 'b']))).toEqual([undefined, 'two']);
  });

  it('counts requests, hits, misses, entries and bytes of keys and values', async () => {
    await using store = await DiskStore.open(next(), { driver, name: 'counted' });
    await store.setMany([entry('a', 'one'), entry('bc', 'three')]);

    await store.getMany(['a', 'missing', 'bc']);

    const { fileBytes, ...counted } = store.statistics;
    expect(fileBytes).toBeGreaterThan(0);
    expect(counted).toEqual({
      name: 'counted',
      requests: 3,
      hits: 2,
      misses: 1,
      evictions: 0,
      entries: 2,
      // A byte for each key says how it is written.
      memoryUsedBytes: 1 + 1 + 3 + 1 + 2 + 5,
      errors: 0,
      rejected: 0,
    });
  });

  it('tells its last statistics after it was disposed', async () => {
    const store = await DiskStore.open(next(), { driver });
    await store.setMany([entry('a', 'one')]);
    await store[Symbol.asyncDispose]();

    expect(store.statistics).toMatchObject({ entries: 1 });
  });

  it('does what was asked for before it was disposed, awaited or not', async () => {
    const folder = next();
    const store = await DiskStore.open(folder, { driver });
    const written = store.setMany([entry('a', 'one')]);
    await store[Symbol.asyncDispose]();
    await written;

    await using again = await DiskStore.open(folder, { driver });
    expect(textsOf(await again.getMany(['a']))).toEqual(['one']);
  });

  it('takes keys of 1,900 bytes, and refuses longer ones by name', async () => {
    await using store = await DiskStore.open(next(), { driver });
    const long = ['x'.repeat(1_900), '\u{20ac}'.repeat(950)];
    await store.setMany(long.map((key) => entry(key, key.slice(0, 1))));

    expect(textsOf(await store.getMany(long))).toEqual(['x', '\u{20ac}']);
    for (const key of ['x'.repeat(1_901), '\u{20ac}'.repeat(951)])
      for (const call of [store.getMany([key]), store.setMany([entry(key, '')]), store.deleteMany([key])])
        await expect(call).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });

  it('clears a prefix among narrow and wide keys, thousands of them', async () => {
    await using store = await DiskStore.open(next(), { driver });
    const keys = Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? `a${i}` : `a${i}\u{20ac}`));
    await store.setMany([...keys, 'b', 'b\u{20ac}'].map((key) => entry(key, key)));

    await store.clear('a');

    expect(textsOf(await store.getMany(['b', 'b\u{20ac}']))).toEqual(['b', 'b\u{20ac}']);
    expect(store.statistics).toMatchObject({ entries: 2, memoryUsedBytes: 3 + 9 });
  });

  it('removes what has expired with the next write, read or not', async () => {
    await using store = await DiskStore.open(next(), { driver, now: clock.now });
    await store.setMany(Array.from({ length: 500 }, (_, i) => entry(`k${i}`, 'x', clock.now() + 10)));
    clock.advance(10);
    expect(store.statistics.entries).toBe(500);

    for (let i = 0; i < 4; i++) await store.setMany([entry('new', 'x')]);

    expect(store.statistics).toMatchObject({ entries: 1, evictions: 0 });
  });

  it('does not keep a value above its bytes, nor what it would have replaced', async () => {
    await using store = await DiskStore.open(next(), { driver, maxBytes: 100 });
    await store.setMany([entry('a', 'small')]);

    await store.setMany([entry('a', new Uint8Array(101))]);

    expect(await store.getMany(['a'])).toEqual([undefined]);
    expect(store.statistics).toMatchObject({ entries: 0, memoryUsedBytes: 0 });
  });

  it('gives room back to the disk by a compaction, and goes on', async () => {
    await using store = await DiskStore.open(next(), { driver });
    await store.setMany(
      Array.from({ length: 300 }, (_, i) => entry(`k${i}`, new Uint8Array(10_000).fill(i))),
    );
    await store.deleteMany(Array.from({ length: 299 }, (_, i) => `k${i}`));
    const before = store.statistics.fileBytes;

    const compacted = store.compact();
    const written = store.setMany([entry('during', 'yes')]);
    const read = await Promise.all(
      Array.from({ length: 200 }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return store.getMany(['k299']);
      }),
    );
    await compacted;
    await written;

    expect(read.every(([found]) => found?.value.length === 10_000)).toBe(true);
    expect(store.statistics.fileBytes).toBeLessThan(before / 4);
    expect((await store.getMany(['k299']))[0]?.value.every((byte) => byte === 299 % 256)).toBe(true);
    expect(textsOf(await store.getMany(['during']))).toEqual(['yes']);
  });

  it('says so when the folder cannot be opened', async () => {
    await expect(DiskStore.open('/dev/null/x', { driver })).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
  });

  it.each([{ maxBytes: 0 }, { maxBytes: Infinity }, { maxBytes: 1.5 }])('refuses %j', async (options) => {
    await expect(DiskStore.open(next(), { driver, ...options })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
