import { DiskStore } from '@perf/cache-disk';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { entry } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

describe.each(['lmdb', 'sqlite'] as const)('counters on %s', (driver) => {
  it('begin at the time in µs, and stay', async () => {
    using folder = new TempFolder();
    const clock = new FakeClock();
    await using store = await DiskStore.open(folder.path, { driver, now: clock.now });
    const start = clock.now() * 1_000;

    const first = await store.generations(['a', 'b']);
    clock.advance(5);

    expect(first).toEqual([start, start]);
    expect(await store.generations(['b', 'new', 'a'])).toEqual([start, start + 5_000, start]);
  });

  it('rise to the time, and by one within a ms', async () => {
    using folder = new TempFolder();
    const clock = new FakeClock();
    await using store = await DiskStore.open(folder.path, { driver, now: clock.now });
    const start = clock.now() * 1_000;

    expect(await store.bump(['a', 'b', 'a'])).toEqual([start, start, start + 1]);
    expect(await store.bump(['a'])).toEqual([start + 2]);
    clock.jumpTo(clock.now() - 60_000);
    expect(await store.bump(['a'])).toEqual([start + 3]);
    clock.jumpTo(clock.now() + 120_000);
    expect(await store.bump(['a'])).toEqual([clock.now() * 1_000]);
  });

  it('outlive clears, evictions and restarts', async () => {
    using folder = new TempFolder();
    const clock = new FakeClock();
    const first = await DiskStore.open(folder.path, { driver, now: clock.now, maxBytes: 1_000 });
    const numbers = await first.bump(['a', 'b']);
    for (let i = 0; i < 50; i++) await first.setMany([entry(`k${i}`, new Uint8Array(100))]);
    await first.clear('');
    await first.clear('a');
    await first[Symbol.asyncDispose]();
    clock.advance(1_000);

    await using second = await DiskStore.open(folder.path, { driver, now: clock.now });

    expect(await second.generations(['a', 'b'])).toEqual(numbers);
  });

  it('do not get in the way of entries of the same name', async () => {
    using folder = new TempFolder();
    await using store = await DiskStore.open(folder.path, { driver });
    await store.bump(['a']);

    expect(await store.getMany(['a'])).toEqual([undefined]);
    expect(store.statistics.entries).toBe(0);
  });
});
