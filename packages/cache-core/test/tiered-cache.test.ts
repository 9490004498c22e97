import { TieredCache } from '@perf/cache-core';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it, vi } from 'vitest';

/** A load that ends when told. */
function pending<T>(): {
  readonly load: () => Promise<T>;
  readonly end: (value: T) => void;
  readonly fail: (error: Error) => void;
} {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { load: () => promise, end: resolve, fail: reject };
}

function cannotWeigh(): number {
  throw new TypeError('cannot weigh');
}

describe('getOrSet', () => {
  it('gives a hit back as it is, without a promise', async () => {
    const cache = new TieredCache();
    const value = { rows: [1] };
    await cache.getOrSet('a', async () => value);

    const hit = cache.getOrSet('a', () => expect.unreachable());

    expect(hit).toBe(value);
  });

  it('answers a load without promise without promise', () => {
    const cache = new TieredCache();

    expect(cache.getOrSet('a', () => 1)).toBe(1);
    expect(cache.getOrSet('a', () => 2)).toBe(1);
  });

  it('loads once for all who ask at the same time', async () => {
    const cache = new TieredCache();
    const load = vi.fn<() => Promise<string>>(async () => 'loaded');

    const values = await Promise.all(Array.from({ length: 100 }, async () => cache.getOrSet('a', load)));

    expect(new Set(values)).toEqual(new Set(['loaded']));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('gives 10 callers the error of one failing load, and tries again for the next', async () => {
    const cache = new TieredCache();
    const broken = pending<number>();
    const load = vi.fn<() => Promise<number>>(broken.load);
    const waiting = Array.from({ length: 10 }, async () => cache.getOrSet('a', load));
    const error = new Error('no database');

    broken.fail(error);
    const outcomes = await Promise.allSettled(waiting);

    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === error)).toBe(true);
    expect(load).toHaveBeenCalledTimes(1);
    expect(await cache.getOrSet('a', async () => 5)).toBe(5);
  });

  it('throws what a load throws at once, and keeps nothing', () => {
    const cache = new TieredCache();

    expect(() =>
      cache.getOrSet('a', () => {
        throw new RangeError('at once');
      }),
    ).toThrow(RangeError);
    expect(cache.getOrSet('a', () => 1)).toBe(1);
  });

  it('keeps null as a value, and undefined not at all', async () => {
    const cache = new TieredCache();
    const load = vi.fn<() => undefined>();

    expect(cache.getOrSet('null', () => null)).toBeNull();
    expect(cache.getOrSet('null', () => expect.unreachable())).toBeNull();
    for (const _ of [1, 2]) await cache.getOrSet('undefined', load);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each([0, false, ''])('keeps %j as a value', (value) => {
    const cache = new TieredCache();
    void cache.getOrSet('a', () => value);

    expect(cache.getOrSet<unknown>('a', () => expect.unreachable())).toBe(value);
  });

  it('loads again when the ttl is over, to the ms', () => {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now, ttlMs: 1000 });
    void cache.getOrSet('default', () => 1);
    void cache.getOrSet('own', () => 1, { ttlMs: 2000 });
    void cache.getOrSet('forever', () => 1, { ttlMs: Infinity });

    clock.advance(999);
    expect(cache.getOrSet('default', () => 2)).toBe(1);
    clock.advance(1);
    expect(cache.getOrSet('default', () => 2)).toBe(2);
    expect(cache.getOrSet('own', () => 2)).toBe(1);
    clock.advance(1e12);
    expect(cache.getOrSet('forever', () => 2)).toBe(1);
  });

  it('loads again for a caller to whom the entry is too old, and keeps the newer one for all', () => {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now });
    void cache.getOrSet('a', () => 1);
    clock.advance(500);

    expect(cache.getOrSet('a', () => 2, { maxAgeMs: 500 })).toBe(1);
    expect(cache.getOrSet('a', () => 2, { maxAgeMs: 499 })).toBe(2);
    expect(cache.getOrSet('a', () => 3)).toBe(2);
  });

  it('counts the age of a value from the start of its load', async () => {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now });
    const slow = pending<number>();
    const waiting = cache.getOrSet('a', slow.load);
    clock.advance(5_000);
    slow.end(1);
    await waiting;

    expect((await cache.getCachedResult('a'))?.createdAt).toBe(clock.now() - 5_000);
    expect(cache.getOrSet('a', () => 2, { maxAgeMs: 1_000 })).toBe(2);
  });

  it.each([0, -1, Number.NaN])('refuses a ttl of %d before it loads', (ttlMs) => {
    const load = vi.fn<() => undefined>();

    expect(() => new TieredCache().getOrSet('a', load, { ttlMs })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
    expect(load).not.toHaveBeenCalled();
  });

  it('refuses a load that asks for its own key at once', () => {
    const cache = new TieredCache();

    expect(() => cache.getOrSet('a', () => cache.getOrSet('a', () => 1))).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNSUPPORTED' }),
    );
    expect(cache.getOrSet('a', () => 2)).toBe(2);
  });

  it('lets a load ask for other keys', async () => {
    const cache = new TieredCache();

    expect(await cache.getOrSet('a', async () => (await cache.getOrSet('b', async () => 1)) + 1)).toBe(2);
  });

  it('keeps nothing and tells onError when the weigher throws', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const cache = new TieredCache({ memory: { sizeOf: cannotWeigh }, onError });

    expect(await cache.getOrSet('a', async () => 1, { tags: ['t'] })).toBe(1);
    expect(await cache.getOrSet('a', async () => 2)).toBe(2);
    expect(onError).toHaveBeenCalledTimes(2);
  });

  it('takes the bytes that a call states for what they are', () => {
    const cache = new TieredCache();

    void cache.getOrSet('a', () => ({}), { bytes: 5000 });

    expect(cache.getStatistics().memoryUsedBytes).toBe(5000);
  });
});

describe('signals', () => {
  it('ends the wait of the caller that aborts, and of no other', async () => {
    const cache = new TieredCache();
    const slow = pending<number>();
    const controller = new AbortController();
    const leaving = cache.getOrSet('a', slow.load, { signal: controller.signal });
    const staying = cache.getOrSet('a', slow.load, { signal: new AbortController().signal });

    controller.abort(new Error('gone'));
    slow.end(1);

    await expect(leaving).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(await staying).toBe(1);
    expect(cache.getOrSet('a', () => expect.unreachable())).toBe(1);
  });

  it('aborts the load when its last caller has gone, and starts anew for the next', async () => {
    const cache = new TieredCache();
    const controllers = [new AbortController(), new AbortController()];
    let loadSignal: AbortSignal | undefined;
    const never = pending<number>();
    const waiting = controllers.map(async (controller) =>
      cache.getOrSet(
        'a',
        ({ signal }) => {
          loadSignal = signal;
          return never.load();
        },
        { signal: controller.signal },
      ),
    );
    const outcomes = Promise.allSettled(waiting);

    controllers[0]?.abort();
    expect(loadSignal?.aborted).toBe(false);
    controllers[1]?.abort();
    expect(loadSignal?.aborted).toBe(true);
    expect(await cache.getOrSet('a', async () => 2)).toBe(2);
    never.fail(new Error('too late'));
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  });

  it('never aborts a load that a caller without signal waits for', async () => {
    const cache = new TieredCache();
    const slow = pending<number>();
    const controller = new AbortController();
    let loadSignal: AbortSignal | undefined;
    const staying = cache.getOrSet('a', ({ signal }) => {
      loadSignal = signal;
      return slow.load();
    });
    const leaving = cache.getOrSet('a', slow.load, { signal: controller.signal });

    controller.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    slow.end(3);

    expect(loadSignal?.aborted).toBe(false);
    expect(await staying).toBe(3);
  });

  it('does not load for a signal that is aborted already', async () => {
    const load = vi.fn<() => undefined>();

    await expect(
      new TieredCache().getOrSet('a', load, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    expect(load).not.toHaveBeenCalled();
  });
});
