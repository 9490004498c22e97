import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { MemoryStore, TieredCache } from '@perf/cache-core';
import { channels } from '@perf/contracts';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

describe('the founding calls', () => {
  it('keeps a result for its seconds, and tells all about it', async () => {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now });
    await cache.cacheResult('hash', [1, 2], 60, ['t', 't']);

    expect(await cache.getCachedResult('hash')).toEqual({
      value: [1, 2],
      createdAt: clock.now(),
      expiresAt: clock.now() + 60_000,
      state: 'fresh',
      tier: 'memory',
      tags: ['t'],
    });
    clock.advance(30_000);
    expect(await cache.getCachedResult('hash', 29)).toBeUndefined();
    expect(await cache.getCachedResult('hash', 30)).toBeDefined();
    clock.advance(30_000);
    expect(await cache.getCachedResult('hash')).toBeUndefined();
  });

  it('keeps a result for an hour unless told', async () => {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now, ttlMs: 5 });

    await cache.cacheResult('hash', 1);

    expect((await cache.getCachedResult('hash'))?.expiresAt).toBe(clock.now() + 3_600_000);
    await expect(cache.cacheResult('hash', 1, 0)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('leaves the key empty when undefined is set', async () => {
    const cache = new TieredCache();
    await cache.cacheResult('hash', 1);

    await cache.cacheResult('hash', undefined);

    expect(await cache.getCachedResult('hash')).toBeUndefined();
  });

  it('counts hits, misses, times, bytes and evictions', async () => {
    const cache = new TieredCache({ memory: { maxEntries: 1 } });
    await cache.getOrSet('a', async () => 1);
    for (let read = 0; read < 100; read++) void cache.getOrSet('a', () => 2);
    await cache.getCachedResult('missing');
    await cache.cacheResult('b', 1);

    const statistics = cache.getStatistics();

    expect(statistics).toMatchObject({ totalRequests: 102, cacheHits: 100, cacheMisses: 2, evictions: 1 });
    expect(statistics.memoryUsedBytes).toBe(8);
    expect(statistics.averageHitTimeNs).toBeGreaterThan(0);
    expect(statistics.averageMissTimeNs).toBeGreaterThan(0);
    expect(statistics.tiers).toHaveLength(1);
    expect(new TieredCache().getStatistics()).toMatchObject({ averageHitTimeNs: 0, averageMissTimeNs: 0 });
  });
});

describe('lifetime', () => {
  it('aborts running loads, gives their callers what they give, and refuses calls afterwards', async () => {
    const cache = new TieredCache();
    let loadSignal: AbortSignal | undefined;
    const slow = Promise.withResolvers<number>();
    const waiting = cache.getOrSet('a', ({ signal }) => {
      loadSignal = signal;
      return slow.promise;
    });

    await cache[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    slow.resolve(1);

    expect(loadSignal?.reason).toMatchObject({ code: 'ERR_PERF_DISPOSED' });
    expect(await waiting).toBe(1);
    const disposed = { code: 'ERR_PERF_DISPOSED' };
    expect(() => cache.getOrSet('a', () => 1)).toThrow(expect.objectContaining(disposed));
    await expect(cache.getCachedResult('a')).rejects.toMatchObject(disposed);
    await expect(cache.cacheResult('a', 1)).rejects.toMatchObject(disposed);
    await expect(cache.delete('a')).rejects.toMatchObject(disposed);
    await expect(cache.invalidateTags(['a'])).rejects.toMatchObject(disposed);
    await expect(cache.clear()).rejects.toMatchObject(disposed);
  });

  it('leaves a store that was passed in open, and refuses one that has a cache', async () => {
    const memory = new MemoryStore();
    const cache = new TieredCache({ memory });

    expect(() => new TieredCache({ memory })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
    await cache[Symbol.asyncDispose]();
    await expect(memory.getMany(['a'])).resolves.toEqual([undefined]);
  });
});

describe('isolation', () => {
  it('shares the value itself by default', async () => {
    const cache = new TieredCache();
    const value = { rows: [1] };

    expect(await cache.getOrSet('a', async () => value)).toBe(value);
    expect(cache.getOrSet('a', () => value)).toBe(value);
  });

  it('freezes what callers share, all the way down', async () => {
    const cache = new TieredCache({ isolate: 'freeze' });
    const value = { rows: [{ id: 1 }], bytes: new Uint8Array(2) };

    expect(await cache.getOrSet('a', async () => value)).toBe(value);
    expect(() => value.rows.push({ id: 2 })).toThrow(TypeError);
    expect(Object.isFrozen(value.rows[0])).toBe(true);
    await cache.cacheResult('b', { list: [1] });
    expect(Object.isFrozen((await cache.getCachedResult<{ list: number[] }>('b'))?.value.list)).toBe(true);
  });

  it('gives each caller a copy of its own', async () => {
    const cache = new TieredCache({ isolate: 'clone' });
    const value = { rows: [1] };
    const load = async (): Promise<{ rows: number[] }> => value;

    const [first, second] = await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)]);
    first.rows.push(2);
    value.rows.push(3);
    const third = await cache.getOrSet('a', load);
    const fourth = await cache.getCachedResult<{ rows: number[] }>('a');

    expect([second.rows, third.rows, fourth?.value.rows]).toEqual([[1], [1], [1]]);
    expect(third).not.toBe(await cache.getOrSet('a', load));
  });

  it('refuses a mode that it does not know', () => {
    const options: object = { isolate: 'copy' };

    expect(() => new TieredCache(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('channel', () => {
  it('publishes events without keys while someone listens', async () => {
    const seen: unknown[] = [];
    const listen = (message: unknown): void => void seen.push(message);
    const cache = new TieredCache({ name: 'answers', memory: { maxEntries: 1 } });
    subscribe(channels.cache, listen);

    void cache.getOrSet('secret key', () => 1);
    void cache.getOrSet('secret key', () => 1);
    void cache.getOrSet('another', () => 1);
    await cache.cacheResult('another', 1);
    await cache.delete('another');
    await cache.invalidateTags(['t']);
    await cache.clear();
    unsubscribe(channels.cache, listen);
    void cache.getOrSet('secret key', () => 1);

    const events = ['miss', 'hit', 'miss', 'evict', 'set', 'delete', 'invalidate-tags', 'clear'];
    expect(seen).toEqual(events.map((event) => ({ cache: 'answers', event, tier: 'memory' })));
  });
});
