import { TieredCache } from '@perf/cache-core';
import type { EntryOptions, LoadContext } from '@perf/contracts';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it, vi } from 'vitest';

/** A cache on a fake clock whose loads count up: 1, 2, 3… */
function counting(defaults: EntryOptions = {}, random: () => number = () => 0.5) {
  const clock = new FakeClock();
  const onError = vi.fn<(error: unknown) => void>();
  const cache = new TieredCache({
    ttlMs: 1000,
    defaults,
    now: clock.now,
    after: (ms, action) => clock.after(ms, action),
    random,
    onError,
  });
  let count = 0;
  const load = async (): Promise<number> => ++count;
  return { clock, cache, onError, load, loads: () => count };
}

const fails = (): Promise<number> => Promise.reject(new Error('the source is down'));
const hangs = (): Promise<number> => new Promise(() => undefined);

describe('graceMs', () => {
  it('serves the old value when the load fails, up to the end of the grace', async () => {
    const { clock, cache, load } = counting({ graceMs: 500 });
    await cache.getOrSet('k', load);

    clock.advance(1200);
    expect(await cache.getOrSet('k', fails)).toBe(1);
    expect(cache.getStatistics().staleHits).toBe(1);

    clock.advance(400);
    await expect(cache.getOrSet('k', fails)).rejects.toThrow('the source is down');
  });

  it('does not serve the old value when the load gives a new one', async () => {
    const { clock, cache, load } = counting({ graceMs: 500 });
    await cache.getOrSet('k', load);

    clock.advance(1200);

    expect(await cache.getOrSet('k', load)).toBe(2);
  });

  it.each(['key', 'tag', 'prefix', 'clear'])('ends with an invalidation by %s', async (by) => {
    const { clock, cache, load } = counting({ graceMs: 500, tags: ['t'] });
    await cache.getOrSet('k', load);
    clock.advance(1200);

    if (by === 'key') await cache.delete('k');
    else if (by === 'tag') await cache.invalidateTags(['t']);
    else if (by === 'prefix') await cache.invalidatePrefix('k');
    else await cache.clear();

    await expect(cache.getOrSet('k', fails)).rejects.toThrow('the source is down');
  });

  it('gives the error to callers of a load during which the value was invalidated', async () => {
    const { clock, cache, load } = counting({ graceMs: 500, tags: ['t'] });
    await cache.getOrSet('k', load);
    clock.advance(1200);
    const source = Promise.withResolvers<number>();

    const waiting = cache.getOrSet('k', () => source.promise);
    await cache.invalidateTags(['t']);
    source.reject(new Error('gone'));

    await expect(waiting).rejects.toThrow('gone');
  });
});

describe('softTimeoutMs', () => {
  it('gives the old value when the load is slower, and keeps what the load gives later', async () => {
    const { clock, cache, load } = counting({ graceMs: 5000, softTimeoutMs: 100 });
    await cache.getOrSet('k', load);
    clock.advance(1200);
    const source = Promise.withResolvers<number>();

    const waiting = cache.getOrSet('k', () => source.promise);
    await clock.advanceAndSettle(100);
    expect(await waiting).toBe(1);

    source.resolve(7);
    await source.promise;
    expect(await cache.getOrSet('k', load)).toBe(7);
  });

  it('waits for the load where there is nothing to give', async () => {
    const { clock, cache } = counting({ graceMs: 5000, softTimeoutMs: 100 });
    const source = Promise.withResolvers<number>();

    const waiting = cache.getOrSet('k', () => source.promise);
    await clock.advanceAndSettle(200);
    source.resolve(7);

    expect(await waiting).toBe(7);
  });
});

describe('hardTimeoutMs', () => {
  it('rejects the callers, aborts the load, and lets the next caller try again', async () => {
    const { clock, cache, load } = counting({ hardTimeoutMs: 100 });
    let signal: AbortSignal | undefined;

    const waiting = cache.getOrSet('k', (context) => {
      ({ signal } = context);
      return hangs();
    });
    const [outcome] = await Promise.all([Promise.allSettled([waiting]), clock.advanceAndSettle(100)]);

    expect(outcome[0]).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PERF_LOAD_TIMEOUT' } });
    expect(signal?.aborted).toBe(true);
    expect(await cache.getOrSet('k', load)).toBe(1);
  });

  it('does not keep what comes too late', async () => {
    const { clock, cache, load } = counting({ hardTimeoutMs: 100 });
    const source = Promise.withResolvers<number>();
    const waiting = cache.getOrSet('k', () => source.promise);
    const [outcome] = await Promise.all([Promise.allSettled([waiting]), clock.advanceAndSettle(100)]);
    source.resolve(99);
    await source.promise;

    expect(outcome[0].status).toBe('rejected');
    expect(await cache.getOrSet('k', load)).toBe(1);
  });

  it('gives the old value within its grace', async () => {
    const { clock, cache, load } = counting({ graceMs: 5000, hardTimeoutMs: 100 });
    await cache.getOrSet('k', load);
    clock.advance(1200);

    const waiting = cache.getOrSet('k', hangs);
    await clock.advanceAndSettle(100);

    expect(await waiting).toBe(1);
  });
});

describe('staleWhileRevalidateMs', () => {
  it('serves the old value at once while one load renews it', async () => {
    const { clock, cache, load, loads } = counting({ staleWhileRevalidateMs: 500 });
    await cache.getOrSet('k', load);
    clock.advance(1200);

    const first = cache.getOrSet('k', load);
    const second = cache.getOrSet('k', load);

    expect([first, second]).toEqual([1, 1]);
    expect(loads()).toBe(2);
    await clock.advanceAndSettle(0);
    expect(cache.getOrSet('k', load)).toBe(2);
  });

  it('loads before it answers once the time is over', async () => {
    const { clock, cache, load } = counting({ staleWhileRevalidateMs: 500 });
    await cache.getOrSet('k', load);

    clock.advance(1500);

    expect(await cache.getOrSet('k', load)).toBe(2);
  });

  it('tells of a renewal that failed, and goes on serving', async () => {
    const { clock, cache, load, onError } = counting({ staleWhileRevalidateMs: 500 });
    await cache.getOrSet('k', load);
    clock.advance(1200);

    expect(cache.getOrSet('k', fails)).toBe(1);
    await clock.advanceAndSettle(0);

    expect(onError).toHaveBeenCalledWith(new Error('the source is down'));
    expect(cache.getOrSet('k', load)).toBe(1);
  });
});

describe('refreshAhead', () => {
  it('renews before the end when chance says so, and the sooner the slower the load was', async () => {
    let chance = 0;
    const { clock, cache } = counting({ refreshAhead: true }, () => chance);
    let loads = 0;
    const slow = (): Promise<number> => new Promise((resolve) => void setTimeout(() => resolve(++loads), 20));
    await cache.getOrSet('k', slow);
    clock.advance(950);

    expect(cache.getOrSet('k', slow)).toBe(1);
    await clock.advanceAndSettle(0);
    expect(loads).toBe(1);

    chance = 0.99; // 20 ms or more × 4.6 is beyond the 50 ms that are left
    expect(cache.getOrSet('k', slow)).toBe(1);
    await vi.waitFor(() => expect(loads).toBe(2));
    await vi.waitFor(() => expect(cache.getOrSet('k', slow)).toBe(2));
  });
});

describe('negative caching', () => {
  it('keeps undefined only when asked to, and null as any value unless told otherwise', async () => {
    const { clock, cache } = counting();
    const nothing = vi.fn<() => Promise<undefined>>(async () => undefined);
    const none = vi.fn<() => Promise<null>>(async () => null);

    await cache.getOrSet('u', nothing);
    await cache.getOrSet('u', nothing);
    expect(nothing).toHaveBeenCalledTimes(2);

    await cache.getOrSet('u', nothing, { undefinedTtlMs: 100 });
    expect(await cache.getOrSet('u', nothing, { undefinedTtlMs: 100 })).toBeUndefined();
    expect(nothing).toHaveBeenCalledTimes(3);

    await cache.getOrSet('n', none, { nullTtlMs: 100 });
    clock.advance(50);
    expect(cache.getOrSet('n', none)).toBeNull();
    clock.advance(50);
    await cache.getOrSet('n', none);
    expect(none).toHaveBeenCalledTimes(2);
  });

  it('throws a kept error again for errorTtlMs, then loads', async () => {
    const { clock, cache, load } = counting({ errorTtlMs: 100 });
    await expect(cache.getOrSet('k', fails)).rejects.toThrow('the source is down');

    await expect(cache.getOrSet('k', load)).rejects.toThrow('the source is down');
    expect(await cache.get('k')).toBeUndefined();
    clock.advance(100);

    expect(await cache.getOrSet('k', load)).toBe(1);
  });
});

describe('conditional refresh', () => {
  it('gives the load what it had and its mark, and keeps it for another life when it is still true', async () => {
    const { clock, cache, load } = counting({ graceMs: 10_000 });
    await cache.getOrSet('k', (context) => {
      context.setEtag('"v1"');
      return 'the answer';
    });
    clock.advance(1200);

    const seen: Partial<LoadContext> = {};
    const answer = await cache.getOrSet('k', async (context) => {
      Object.assign(seen, { etag: context.etag, previous: context.previous });
      return context.notModified();
    });

    expect(seen).toMatchObject({ etag: '"v1"', previous: { value: 'the answer', state: 'stale' } });
    expect(answer).toBe('the answer');
    clock.advance(900);
    expect(cache.getOrSet('k', load)).toBe('the answer');
  });

  it('refuses notModified where there is nothing to keep', async () => {
    const { cache } = counting();

    await expect(cache.getOrSet('k', async (context) => context.notModified())).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
  });
});

describe('jitter', () => {
  it('shortens a life by up to its share', async () => {
    const { clock, cache, load } = counting({ jitter: 0.2 }, () => 0.5);
    await cache.getOrSet('k', load);

    clock.advance(899);
    expect(cache.getOrSet('k', load)).toBe(1);
    clock.advance(1);
    expect(await cache.getOrSet('k', load)).toBe(2);
  });
});

it.each([
  { jitter: 2 },
  { graceMs: -1 },
  { staleWhileRevalidateMs: Number.NaN },
  { softTimeoutMs: 0 },
  { hardTimeoutMs: -5 },
  { undefinedTtlMs: -1 },
  { refreshAhead: -1 },
])('refuses %o', (options) => {
  const { cache } = counting();

  expect(() => cache.getOrSet('k', () => 1, options)).toThrow(/must be/);
  expect(() => new TieredCache({ defaults: options })).toThrow(/must be/);
});
