import { KeyvAdapter, KeyvTier, MemoryStore, TieredCache } from '@perf/cache-core';
import { FakeClock, cacheStoreSuite } from '@perf/testkit';
import { keyvApiTests, keyvNamespaceTest, keyvValueTests } from './keyv-suite.mjs';
import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import * as vitest from 'vitest';

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

/** What Keyv 6 itself does otherwise than its suite, which was written for version 5, expects. */
const KEYV_FAULTS: ReadonlySet<string> = new Set([
  '.deleteMany([keys]) with nonexistent keys resolves to false',
]);

/** Vitest as the suite of Keyv uses it: the faults of Keyv must fail, so that we hear of it when they are gone. */
const runner: typeof vitest = {
  ...vitest,
  it: Object.assign(
    (title: string, body: (context: vitest.TestContext) => unknown) =>
      (KEYV_FAULTS.has(title) ? vitest.it.fails : vitest.it)(
        title,
        async (context) => void (await body(context)),
      ),
    vitest.it,
  ),
};

/** The suite of Keyv but for iterators, which tiers do not have. */
function keyvSuite(store: () => KeyvAdapter): void {
  keyvApiTests(runner, Keyv, store);
  keyvNamespaceTest(runner, Keyv, store);
  keyvValueTests(runner, Keyv, store);
}

describe('MemoryStore as the store of a Keyv', () => {
  const tier = new MemoryStore();
  keyvSuite(() => new KeyvAdapter(tier));
});
