import { KeyvTier, TieredCache } from '@perf/cache-core';
import { FakeClock, cacheStoreSuite } from '@perf/testkit';
import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';

describe('KeyvTier', () => {
  const clock = new FakeClock();
  cacheStoreSuite({
    create: () => new KeyvTier(new Keyv(), { now: clock.now }),
    // A Keyv has no clock to give: it must not find an entry old before this one does.
    ttlStepMs: 1000,
    now: clock.now,
    advance: (ms) => clock.advance(ms),
    clearsAll: true,
  });

  it('is a tier of a cache', async () => {
    const keyv = new Keyv();
    await using cache = new TieredCache({ memory: false, tiers: [new KeyvTier(keyv)] });
    await cache.set('k', { at: new Date(0), big: 1n }, { tags: ['t'] });

    expect((await cache.get('k'))?.value).toEqual({ at: new Date(0), big: 1n });
    await cache.invalidateTags(['t']);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('takes what others put under its keys for missing', async () => {
    const keyv = new Keyv();
    const tier = new KeyvTier(keyv);
    for (const value of ['text', { an: 'object' }, 5, 'never:?', '99999999999999:$$'])
      await keyv.set('k', value).then(async () => expect(await tier.getMany(['k'])).toEqual([undefined]));
  });
});
