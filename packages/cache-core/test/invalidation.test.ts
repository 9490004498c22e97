import { TieredCache } from '@perf/cache-core';
import type { LoadingCache } from '@perf/contracts';
import { describe, expect, it, vi } from 'vitest';

/** A cache before a source that changes while a load of its old value runs. */
interface Race {
  readonly cache: LoadingCache;
  /** What a load started now will give. */
  value: string;
  readonly read: () => Promise<string>;
  /** Ends every load that runs. */
  readonly endLoads: () => Promise<void>;
}

function race(): Race {
  const cache = new TieredCache();
  let gate = Promise.withResolvers<void>();
  const state: Race = {
    cache,
    value: 'old',
    read: async () =>
      cache.getOrSet(
        'key',
        async () => {
          const seen = state.value;
          await gate.promise;
          return seen;
        },
        { tags: ['flights', 'airports'] },
      ),
    endLoads: async () => {
      gate.resolve();
      gate = Promise.withResolvers();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return state;
}

describe('an invalidation during a load', () => {
  it.each<[string, (cache: LoadingCache) => Promise<unknown>]>([
    ['delete', (cache) => cache.delete('key')],
    ['tag', (cache) => cache.invalidateTags(['flights'])],
    ['one of several tags', (cache) => cache.invalidateTags(['other', 'airports'])],
    ['clear', (cache) => cache.clear()],
  ])(
    'gives the old value to those who came before, and the new one to all later (%s)',
    async (_, invalidate) => {
      const state = race();
      const before = state.read();

      state.value = 'new';
      expect(await invalidate(state.cache)).toEqual({ delivered: 'shared' });
      const during = state.read();
      await state.endLoads();
      const after = state.read();
      await state.endLoads();

      expect(await before).toBe('old');
      expect(await during).toBe('new');
      expect(await after).toBe('new');
    },
  );

  it('keeps a plain set against the load that ends after it', async () => {
    const state = race();
    const before = state.read();

    await state.cache.cacheResult('key', 'set');
    await state.endLoads();

    expect(await before).toBe('old');
    expect(await state.read()).toBe('set');
  });

  it('holds for a load that ends before the next caller comes', async () => {
    const state = race();
    const before = state.read();
    state.value = 'new';
    await state.cache.delete('key');
    await state.endLoads();
    await before;

    const after = state.read();
    await state.endLoads();

    expect(await after).toBe('new');
  });

  it('holds when the load itself invalidates', async () => {
    const cache = new TieredCache();

    await cache.getOrSet(
      'key',
      async () => {
        await cache.invalidateTags(['t']);
        return 'old';
      },
      { tags: ['t'] },
    );
    void cache.getOrSet('other', () => {
      void cache.delete('other');
      return 'old';
    });

    expect(await cache.getOrSet('key', async () => 'new', { tags: ['t'] })).toBe('new');
    expect(cache.getOrSet('other', () => 'new')).toBe('new');
  });

  it('takes back nothing for a load that fails', async () => {
    const state = race();
    await state.cache.cacheResult('key', 'kept');

    await expect(
      state.cache.getOrSet('key', () => Promise.reject(new Error('no')), { maxAgeMs: -1 }),
    ).rejects.toThrow('no');

    expect(await state.read()).toBe('kept');
  });
});

describe('tags', () => {
  it('drops every entry under the tag, and no other', async () => {
    const cache = new TieredCache();
    void cache.getOrSet('a', () => 1, { tags: ['x', 'y'] });
    void cache.getOrSet('b', () => 1, { tags: ['y'] });
    void cache.getOrSet('c', () => 1);

    await cache.invalidateTags(['x']);

    expect(['a', 'b', 'c'].map((key) => cache.getOrSet(key, () => 2))).toEqual([2, 1, 1]);
  });

  it('holds for entries set, and for entries set again after it', async () => {
    const cache = new TieredCache();
    await cache.cacheResult('a', 1, 60, ['x']);

    await cache.invalidateTags(['x']);
    expect(await cache.getCachedResult('a')).toBeUndefined();
    await cache.cacheResult('a', 2, 60, ['x']);
    expect((await cache.getCachedResult('a'))?.value).toBe(2);
    await cache.invalidateTags(['x']);
    expect(await cache.getCachedResult('a')).toBeUndefined();
  });

  it('is not fooled by a tag that everyone had let go meanwhile', async () => {
    const cache = new TieredCache();
    const gate = Promise.withResolvers<string>();
    const load = vi.fn<() => Promise<string>>(() => gate.promise);
    const running = cache.getOrSet('a', load, { tags: ['x'] });
    await cache.invalidateTags(['x']);
    await cache.delete('a');
    void cache.getOrSet('b', () => 1, { tags: ['x'] });
    await cache.delete('b');
    gate.resolve('old');
    await running;

    expect(cache.getOrSet('a', () => 'new', { tags: ['x'] })).toBe('new');
  });

  it('are forgotten when no entry and no load holds them', async () => {
    const cache = new TieredCache({ memory: { maxEntries: 10 } });
    for (let id = 0; id < 1000; id++)
      void cache.getOrSet(`key ${id}`, () => id, { tags: [`user ${id}`, 'all'] });
    await cache
      .getOrSet('fails', () => Promise.reject(new Error('no')), { tags: ['failed'] })
      .catch(() => undefined);

    expect(cache.tagCount).toBe(11);
    await cache.clear();
    expect(cache.tagCount).toBe(0);
  });
});
