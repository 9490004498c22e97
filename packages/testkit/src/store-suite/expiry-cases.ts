import { describe, expect, it } from 'vitest';
import type { StoreFixture } from './store-fixture.ts';
import { comparable, entryFor, valueFor, valuesOf } from './store-fixture.ts';

/** When an entry ends. */
export function expiryCases({ withStore, now, advance, stepMs, timeIsFake }: StoreFixture): void {
  describe('expiry', () => {
    it.runIf(timeIsFake)('ends an entry at its time, to the step', () =>
      withStore(async (store) => {
        const expiresAt = now() + 10 * stepMs;
        await store.setMany([entryFor(store, 'a', { expiresAt })]);

        await advance(9 * stepMs);
        expect((await store.getMany(['a']))[0]?.expiresAt).toBe(expiresAt);
        await advance(stepMs);
        expect(await valuesOf(store, ['a'])).toEqual([undefined]);
      }),
    );

    it('ends an entry, and not its neighbour', () =>
      withStore(async (store) => {
        const expiresAt = now() + 20 * stepMs;
        await store.setMany([entryFor(store, 'short', { expiresAt }), entryFor(store, 'long')]);

        await advance(30 * stepMs);

        expect(await valuesOf(store, ['short', 'long'])).toEqual([
          undefined,
          comparable(valueFor(store, 'long')),
        ]);
      }));

    it('takes the expiry of the newest entry', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a', { expiresAt: now() + 20 * stepMs })]);
        await store.setMany([entryFor(store, 'a', { expiresAt: now() + 60_000 })]);

        await advance(30 * stepMs);

        expect(await valuesOf(store, ['a'])).toEqual([comparable(valueFor(store, 'a'))]);
      }));

    it('drops an entry that is expired when it comes, and what it would have replaced', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a', { id: 'old' })]);

        await store.setMany([
          entryFor(store, 'a', { expiresAt: now() }),
          entryFor(store, 'b', { expiresAt: now() - 1 }),
          entryFor(store, 'c'),
        ]);

        expect(await valuesOf(store, ['a', 'b', 'c'])).toEqual([
          undefined,
          undefined,
          comparable(valueFor(store, 'c')),
        ]);
      }));

    it('takes a key anew after it expired', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a', { expiresAt: now() + stepMs })]);
        await advance(2 * stepMs);

        await store.setMany([entryFor(store, 'a', { id: 'new' })]);

        expect(await valuesOf(store, ['a'])).toEqual([comparable(valueFor(store, 'new'))]);
      }));
  });
}
