import { MemoryStore, TieredCache } from '@perf/cache-core';
import type { CalmOptions } from '@perf/cache-core';
import { FakeClock, FaultyStore } from '@perf/testkit';
import { expect, it } from 'vitest';

/** A cache over one tier that fails, waits and hangs when told, on a fake clock. */
function overFaultyTier(calm: CalmOptions = {}) {
  const clock = new FakeClock();
  const tier = new FaultyStore(new MemoryStore({ name: 'lower', now: clock.now }), (ms) => clock.sleep(ms));
  const make = (): TieredCache =>
    new TieredCache({
      tiers: [tier],
      now: clock.now,
      after: (ms, action) => clock.after(ms, action),
      calm,
    });
  return { clock, tier, make, cache: make() };
}

/** Lets a promise settle while time passes, for two seconds at most. */
async function settled<T>(clock: FakeClock, work: T | Promise<T>): Promise<T> {
  const end = clock.now() + 2000;
  const done = Promise.resolve(work);
  const state = { isPending: true };
  const settle = (): void => void (state.isPending = false);
  done.then(settle, settle);
  while (state.isPending && clock.now() < end) {
    await clock.advanceAndSettle(10);
    // A timeout lets the process read what has arrived before it believes that nothing has.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
  }
  return done;
}

it('fills the memory from the tier below, and the tier below from loads', async () => {
  const { clock, cache, make } = overFaultyTier();
  await settled(
    clock,
    cache.getOrSet('k', async () => 'loaded', { tags: ['t'] }),
  );
  await cache.flush();

  const found = await settled(clock, cache.get('k'));
  expect(found).toMatchObject({ value: 'loaded', tier: 'memory' });

  // Another cache on the same store has other numbers for its counters: what it cannot judge is missing.
  expect(await settled(clock, make().get('k'))).toBeUndefined();
});

it('loads after the soft timeout when the tier hangs', async () => {
  const { clock, cache, tier } = overFaultyTier();
  tier.hang();
  const start = clock.now();

  expect(
    await settled(
      clock,
      cache.getOrSet('k', async () => 'loaded'),
    ),
  ).toBe('loaded');

  expect(clock.now() - start).toBeLessThanOrEqual(70);
  tier.release();
});

it('asks a tier that hangs no more after five failures, and again once it answers', async () => {
  const { clock, cache, tier } = overFaultyTier();
  tier.hang();
  for (let i = 0; i < 5; i++)
    await settled(
      clock,
      cache.getOrSet(`k${i}`, async () => i),
    );
  await settled(clock, clock.sleep(300));

  const calls = tier.calls('getMany');
  for (let i = 0; i < 20; i++)
    await settled(
      clock,
      cache.getOrSet(`cold${i}`, async () => i),
    );
  expect(tier.calls('getMany') - calls).toBeLessThanOrEqual(1);

  tier.release();
  for (let i = 0; i < 3; i++) await clock.advanceAndSettle(300);
  await settled(
    clock,
    cache.getOrSet('again', async () => 1),
  );
  await settled(
    clock,
    cache.getOrSet('and again', async () => 1),
  );
  expect(tier.calls('getMany') - calls).toBeGreaterThanOrEqual(2);
});

it('takes an error of the tier for missing, and an error of the load for what it is', async () => {
  const { clock, cache, tier } = overFaultyTier();
  tier.failNext('getMany', new Error('disk on fire'));

  expect(
    await settled(
      clock,
      cache.getOrSet('k', async () => 'loaded'),
    ),
  ).toBe('loaded');
  expect(cache.getStatistics().tiers[1]).toMatchObject({ name: 'lower', errors: 1 });

  tier.failNext('getMany', new Error('disk on fire'));
  await expect(
    settled(
      clock,
      cache.getOrSet('other', () => Promise.reject(new Error('no such row'))),
    ),
  ).rejects.toThrow('no such row');
});

it('does not read a tier that did not drop what it was told to, until it has', async () => {
  const { clock, cache, tier } = overFaultyTier();
  await settled(clock, cache.set('k', 'old'));
  await settled(clock, cache.set('other', 'kept'));
  tier.failNext('deleteMany');

  const receipt = await settled(clock, cache.delete('k'));

  expect(receipt).toEqual({ delivered: 'journaled' });
  expect(await settled(clock, cache.get('k'))).toBeUndefined();
  expect(
    await settled(
      clock,
      cache.getOrSet('k', async () => 'new'),
    ),
  ).toBe('new');

  await clock.advanceAndSettle(300);
  await clock.advanceAndSettle(0);
  expect(
    await settled(clock, tier.getMany([':k', 'k'])).then((found) => found.map((entry) => entry?.value)),
  ).toEqual([undefined, undefined]);
});

it('forgets everything in a tier when more invalidations failed than it may remember', async () => {
  const { clock, cache, tier } = overFaultyTier({ journalEntries: 2 });
  for (let i = 0; i < 5; i++) await settled(clock, cache.set(`k${i}`, i));
  for (let i = 0; i < 3; i++) tier.failNext('deleteMany');

  for (let i = 0; i < 3; i++) await settled(clock, cache.delete(`k${i}`));
  await clock.advanceAndSettle(300);
  await clock.advanceAndSettle(0);

  expect(await settled(clock, tier.getMany(['k0', 'k1', 'k2', 'k3', 'k4']))).toEqual(
    Array(5).fill(undefined),
  );
});

it('invalidates tags in a tier that keeps no counters', async () => {
  const { clock, cache } = overFaultyTier();
  await settled(clock, cache.set('k', 'old', { tags: ['t'] }));

  await settled(clock, cache.invalidateTags(['t']));

  expect(await settled(clock, cache.get('k'))).toBeUndefined();
  await settled(clock, cache.set('k', 'new', { tags: ['t'] }));
  expect((await settled(clock, cache.get('k')))?.value).toBe('new');
});

it('gives no value of a tier that was read while the key was being deleted', async () => {
  const { clock, cache, tier } = overFaultyTier();
  await settled(clock, cache.set('k', 'old'));
  tier.delay(20);

  const deleting = cache.delete('k');
  const reading = cache.getOrSet('k', async () => 'new');

  expect(await settled(clock, reading)).toBe('new');
  await settled(clock, deleting);
  expect(
    await settled(
      clock,
      cache.getOrSet('k', async () => 'newer'),
    ),
  ).toBe('new');
});

it('waits on dispose for what is being stored, and closes no tier', async () => {
  const { clock, cache, tier } = overFaultyTier();
  tier.delay(20);
  await settled(
    clock,
    cache.getOrSet('k', async () => 'loaded'),
  );

  await settled(clock, cache[Symbol.asyncDispose]());

  expect(tier.calls('setMany')).toBe(1);
  tier.delay(0);
  expect((await tier.getMany(['k']))[0]?.value).toMatchObject({ value: 'loaded' });
  expect(() => cache.getOrSet('k', () => 1)).toThrow(expect.objectContaining({ code: 'ERR_PERF_DISPOSED' }));
});

it.each([
  { calm: { softTimeoutMs: 0 } },
  { calm: { failures: Number.NaN } },
  { namespace: 'a:b' },
  { leaseMs: 0 },
  { maxEntryBytes: 0 },
  { compressAboveBytes: -1 },
  { privacy: { classify: () => 'pii' as const, encryptionKey: new Uint8Array(16) } },
])('refuses %o', (options) => {
  expect(() => new TieredCache(options)).toThrow(
    expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
  );
});
