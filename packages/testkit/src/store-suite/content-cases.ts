import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../hostile-strings.ts';
import type { StoreFixture } from './store-fixture.ts';
import { comparable, entryFor, valueFor, valuesOf } from './store-fixture.ts';

/** What a store gives back. */
export function contentCases({ withStore, clearsAll }: StoreFixture): void {
  describe('content', () => {
    it('gives back what was set, with key and expiry', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a')]);

        const [entry] = await store.getMany(['a']);

        expect(entry).toMatchObject({ key: 'a', expiresAt: Infinity });
        expect(comparable(entry?.value)).toEqual(comparable(valueFor(store, 'a')));
      }));

    it('keeps values by reference, or bytes as a copy, as `keeps` says', () =>
      withStore(async (store) => {
        const bytes = Uint8Array.of(1, 2, 3);
        await store.setMany([{ key: 'a', value: bytes, expiresAt: Infinity }]);
        bytes[0] = 99;

        const [entry] = await store.getMany(['a']);

        expect(entry?.value === bytes).toBe(store.keeps === 'values');
        expect(comparable(entry?.value)).toBe(
          comparable(Uint8Array.of(store.keeps === 'values' ? 99 : 1, 2, 3)),
        );
      }));

    it('replaces what was there', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a', { id: 1 })]);
        await store.setMany([entryFor(store, 'a', { id: 2 })]);

        expect(await valuesOf(store, ['a'])).toEqual([comparable(valueFor(store, 2))]);
      }));

    it('lets the last of two entries for one key win', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a', { id: 1 }), entryFor(store, 'a', { id: 2 })]);

        expect(await valuesOf(store, ['a'])).toEqual([comparable(valueFor(store, 2))]);
      }));

    it('answers in the order of the keys, undefined where nothing is', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a'), entryFor(store, 'b'), entryFor(store, 'c')]);

        const found = await store.getMany(['c', 'missing', 'a', 'c']);

        expect(found.map((entry) => entry?.key)).toEqual(['c', undefined, 'a', 'c']);
      }));

    it('takes empty lists', () =>
      withStore(async (store) => {
        await store.setMany([]);
        await store.deleteMany([]);

        expect(await store.getMany([])).toEqual([]);
      }));

    it('drops keys, missing ones without error', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a'), entryFor(store, 'b')]);

        await store.deleteMany(['a', 'missing']);

        expect(await valuesOf(store, ['a', 'b'])).toEqual([undefined, comparable(valueFor(store, 'b'))]);
      }));

    it('keeps keys of every kind apart', () =>
      withStore(async (store) => {
        const keys = hostileStrings.filter((text) => text.length <= 200 && text !== '');
        await store.setMany(keys.map((key, id) => entryFor(store, key, { id })));

        expect(await valuesOf(store, keys)).toEqual(keys.map((_, id) => comparable(valueFor(store, id))));
        await store.deleteMany(keys.slice(1));
        expect((await valuesOf(store, keys)).filter((value) => value !== undefined)).toHaveLength(1);
      }));

    it('keeps big values whole', () =>
      withStore(async (store) => {
        const big = new Uint8Array(2 * 1024 * 1024).map((_, i) => i % 251);

        await store.setMany([{ key: 'big', value: big, expiresAt: Infinity }]);

        expect((await valuesOf(store, ['big']))[0] === comparable(big)).toBe(true);
      }));

    it('keeps empty bytes apart from nothing', () =>
      withStore(async (store) => {
        await store.setMany([{ key: 'empty', value: new Uint8Array(), expiresAt: Infinity }]);

        expect(await valuesOf(store, ['empty'])).toEqual(['bytes ']);
      }));
  });

  describe('clear', () => {
    it.each(['a*', 'a?', 'a[bc]', 'a\\', 'a%', 'a_', 'a{', 'a.', 'a:'])(
      'takes %s as plain text that keys begin with',
      (prefix) =>
        withStore(async (store) => {
          const [inside, outside] = [`${prefix}1`, 'abc1'];
          await store.setMany([entryFor(store, inside), entryFor(store, outside), entryFor(store, prefix)]);

          await store.clear(prefix);

          expect(await valuesOf(store, [inside, prefix])).toEqual([undefined, undefined]);
          const left = clearsAll ? undefined : comparable(valueFor(store, outside));
          expect(await valuesOf(store, [outside])).toEqual([left]);
        }),
    );

    it('leaves keys that share only a part of the prefix', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'test:1'), entryFor(store, 'test2:1'), entryFor(store, 'tes')]);

        await store.clear('test:');

        expect(
          (await valuesOf(store, ['test:1', 'test2:1', 'tes'])).map((value) => value !== undefined),
        ).toEqual([false, !clearsAll, !clearsAll]);
      }));

    it('drops all for an empty prefix, and takes new entries after', () =>
      withStore(async (store) => {
        await store.setMany([entryFor(store, 'a'), entryFor(store, '*')]);

        await store.clear('');
        await store.setMany([entryFor(store, 'b')]);

        expect(await valuesOf(store, ['a', '*', 'b'])).toEqual([
          undefined,
          undefined,
          comparable(valueFor(store, 'b')),
        ]);
      }));
  });
}
