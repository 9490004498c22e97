import type { TieredCache } from '@perf/cache-core';
import { describeWith } from '@perf/services/vitest';
import { describe, expect, it, vi } from 'vitest';
import { Source, nodesAt } from './nodes.ts';

/** A way to make a key's value invalid. */
type Invalidate = (cache: TieredCache, source: Source) => Promise<unknown>;

const ways: readonly (readonly [string, Invalidate])[] = [
  ['delete', (cache) => cache.delete('facts:k')],
  ['tag', (cache) => cache.invalidateTags(['t'])],
  ['prefix', (cache) => cache.invalidatePrefix('facts:')],
  ['clear', (cache) => cache.clear()],
  ['set', (cache, source) => cache.set('facts:k', source.version, { tags: ['t'] })],
];

const options = { tags: ['t'] };

describeWith('redis', 'a cache on Redis', (url) => {
  describe.each(ways)('after a %s', (_, invalidate) => {
    it('gives nothing older on the same node, though a load was running', async () => {
      await using nodes = await nodesAt(url);
      const { cache } = nodes.a;
      const source = new Source();
      const release = Promise.withResolvers<void>();
      const before = cache.getOrSet('facts:k', () => source.load(release.promise), options);
      await vi.waitFor(() => expect(source.loads).toBe(1));

      source.version = 2;
      await invalidate(cache, source);
      const after = cache.getOrSet('facts:k', () => source.load(), options);
      release.resolve();

      expect(await before).toBe(1);
      expect(await after).toBe(2);
      await cache.flush();
      expect(await cache.getOrSet('facts:k', () => source.load(), options)).toBe(2);
    });

    it('gives nothing older on another node, from its memory or from Redis', async () => {
      await using nodes = await nodesAt(url);
      const { a, b } = nodes;
      const source = new Source();
      for (const { cache } of [a, b])
        expect(await cache.getOrSet('facts:k', () => source.load(), options)).toBe(1);
      await b.cache.flush();

      source.version = 2;
      await invalidate(a.cache, source);

      await vi.waitFor(async () =>
        expect(await b.cache.getOrSet('facts:k', () => source.load(), options)).toBe(2),
      );
      expect(await a.cache.getOrSet('facts:k', () => source.load(), options)).toBe(2);
    });

    it('keeps nothing of a load that runs on another node', async () => {
      await using nodes = await nodesAt(url);
      const { a, b, c } = nodes;
      const source = new Source();
      const release = Promise.withResolvers<void>();
      const loading = b.cache.getOrSet('facts:k', () => source.load(release.promise), options);
      await vi.waitFor(() => expect(source.loads).toBe(1));

      source.version = 2;
      await invalidate(a.cache, source);
      await new Promise((resolve) => void setTimeout(resolve, 50));
      release.resolve();
      expect(await loading).toBe(1);
      await b.cache.flush();

      for (const { cache } of [a, b, c])
        expect(await cache.getOrSet('facts:k', () => source.load(), options)).toBe(2);
    });
  });

  it('loads once for two nodes, and gives both the value', async () => {
    await using nodes = await nodesAt(url);
    const source = new Source();
    const release = Promise.withResolvers<void>();

    const values = [nodes.a, nodes.b].flatMap(({ cache }) =>
      Array.from({ length: 100 }, async () => cache.getOrSet('k', () => source.load(release.promise))),
    );
    await vi.waitFor(() => expect(source.loads).toBe(1));
    setTimeout(release.resolve, 50);

    expect(new Set(await Promise.all(values))).toEqual(new Set([1]));
    expect(source.loads).toBe(1);
  });

  it('lets another node load when the first one fails', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    const release = Promise.withResolvers<never>();
    const source = new Source();
    const failing = Promise.allSettled([a.cache.getOrSet('k', () => source.load(release.promise))]);
    await vi.waitFor(() => expect(source.loads).toBe(1));

    const waiting = b.cache.getOrSet('k', () => 'loaded by the other');
    release.reject(new Error('down'));

    expect((await failing)[0]).toMatchObject({ status: 'rejected' });
    expect(await waiting).toBe('loaded by the other');
  });

  it('finds in Redis what another node loaded, with its tags, and reads many keys at once', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    await a.cache.getManyOrSet(
      ['1', '2', '3'],
      (keys) => new Map(keys.map((key) => [key, `loaded ${key}`])),
      options,
    );
    await a.cache.flush();

    const found = await b.cache.getMany(['1', '2', '4']);
    const all = await b.cache.getManyOrSet(
      ['1', '2', '3', '4'],
      (keys) => new Map(keys.map((key) => [key, 'new'])),
    );

    expect([...found.keys()]).toEqual(['1', '2']);
    expect(found.get('1')).toMatchObject({ value: 'loaded 1', tier: 'redis', tags: ['t'] });
    expect([...all.values()]).toEqual(['loaded 1', 'loaded 2', 'loaded 3', 'new']);
  });

  it('keeps a value of its own after setting it, without the bus taking it away again', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    await a.cache.set('k', 'set');

    await vi.waitFor(async () => expect((await b.cache.get('k'))?.value).toBe('set'));

    expect(a.cache.getOrSet('k', () => 'loaded')).toBe('set');
  });

  it('keeps caches of different namespaces apart', async () => {
    await using nodes = await nodesAt(url);
    await using others = await nodesAt(url, { namespace: 'staging' });
    await nodes.a.cache.set('k', 'production');

    expect(await others.a.cache.get('k')).toBeUndefined();
  });

  it('takes long keys, and refuses those that hold half a character', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    const keys = [`x${'y'.repeat(5000)}`, `x${'y'.repeat(4999)}z`, '{a}*?[b]:\u0000é'];
    for (const key of keys) await a.cache.set(key, key);

    for (const key of keys) expect((await b.cache.get(key))?.value).toBe(key);
    await a.cache.delete(keys[0] ?? '');
    await vi.waitFor(async () => expect(await b.cache.get(keys[0] ?? '')).toBeUndefined());
    expect(() => a.cache.getOrSet('\uD800', () => 1)).toThrow('half a character');
  });

  it('gives nothing older than maxAgeMs to a caller who joins another one', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    await a.cache.set('k', 'old');
    await new Promise((resolve) => void setTimeout(resolve, 20));

    const any = b.cache.getOrSet('k', () => 'new');
    const young = b.cache.getOrSet('k', () => 'new', { maxAgeMs: 5 });

    expect(await any).toBe('old');
    expect(await young).toBe('new');
  });

  it('serves an old value of another node at once while one load renews it for all', async () => {
    await using nodes = await nodesAt(url);
    const { a, b, c } = nodes;
    const rules = { ttlMs: 20, staleWhileRevalidateMs: 60_000 };
    await a.cache.set('k', 'old', rules);
    await new Promise((resolve) => void setTimeout(resolve, 30));

    expect(await b.cache.getOrSet('k', () => 'new', { ...rules, ttlMs: 60_000 })).toBe('old');
    await vi.waitFor(() => expect(b.cache.getOrSet('k', () => 'not asked', rules)).toBe('new'));
    await b.cache.flush();

    expect(await c.cache.getOrSet('k', () => 'not asked', rules)).toBe('new');
  });

  it('takes hostile bytes under its keys for missing, and counts them', async () => {
    await using nodes = await nodesAt(url);
    const { a, b } = nodes;
    await a.cache.set('k', 'right');
    for (const key of await a.redis.keys('*:v')) await a.redis.set(key, Buffer.alloc(200, 0xdd));

    expect(await b.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
  });
});
