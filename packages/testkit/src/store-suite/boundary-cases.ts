import type { CacheStore, StoreOptions } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { StoreFixture } from './store-fixture.ts';
import { comparable, entryFor, valueFor, valuesOf } from './store-fixture.ts';

/** Every call of a store, with its options. */
const CALLS: readonly [
  name: string,
  call: (store: CacheStore, options?: StoreOptions) => Promise<unknown>,
][] = [
  ['getMany', (store, options) => store.getMany(['a'], options)],
  ['setMany', (store, options) => store.setMany([entryFor(store, 'a', { id: 'late' })], options)],
  ['deleteMany', (store, options) => store.deleteMany(['a'], options)],
  ['clear', (store, options) => store.clear('', options)],
];

/** Aborts, the end of a store, and calls at once. */
export function boundaryCases({ withStore }: StoreFixture): void {
  describe('boundaries', () => {
    it('says its name and what it keeps', () =>
      withStore(async (store) => {
        expect(store.name).not.toBe('');
        expect(['values', 'bytes']).toContain(store.keeps);
      }));

    it.each(CALLS)('refuses %s for an aborted signal and changes nothing', (_, call) =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a')]);

        const reason = new Error('gone');
        await expect(call(store, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
          code: 'ERR_PERF_ABORTED',
          cause: reason,
        });
        expect(await valuesOf(store, ['a'])).toEqual([comparable(valueFor(store, 'a'))]);
      }),
    );

    it('can be disposed twice', () =>
      withStore(async (store) => {
        await store[Symbol.asyncDispose]();

        await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
      }));

    it.each(CALLS)('refuses %s after it was disposed', (_, call) =>
      withStore(async (store) => {
        await store[Symbol.asyncDispose]();

        await expect(call(store)).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
      }),
    );

    it('takes many calls at once', () =>
      withStore(async (store) => {
        const keys = Array.from({ length: 200 }, (_, id) => `key ${id}`);

        await Promise.all(keys.map((key) => store.setMany([entryFor(store, key)])));
        const found = await Promise.all(keys.map((key) => valuesOf(store, [key])));

        expect(found).toEqual(keys.map((key) => [comparable(valueFor(store, key))]));
      }));
  });
}
