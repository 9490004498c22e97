import { spawnSync } from 'node:child_process';
import { MemoryStore, estimateBytes } from '@perf/cache-core';
import { FakeClock, cacheStoreSuite, seededRandom } from '@perf/testkit';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';

describe('MemoryStore', () => {
  const clock = new FakeClock();

  cacheStoreSuite({
    create: () => new MemoryStore({ now: clock.now }),
    ttlStepMs: 1,
    now: clock.now,
    advance: (ms) => clock.advance(ms),
  });

  it('drops the least recently used entry when it is full, as lru-cache does, in any order of use', () => {
    const random = seededRandom(11);
    const store = new MemoryStore({ maxEntries: 50, policy: 'lru' });
    const model = new LRUCache<string, number>({ max: 50 });

    const reads: [ours: unknown, theirs: unknown][] = [];

    for (let step = 0; step < 20_000; step++) {
      const key = `key ${random.int(0, 120)}`;
      const action = random.next();
      if (action < 0.5) reads.push([store.read(key)?.value, model.get(key)]);
      else if (action < 0.95) {
        store.put(key, { value: step, createdAt: 0, expiresAt: Infinity, bytes: 1, tags: undefined });
        model.set(key, step);
      } else {
        store.remove(key);
        model.delete(key);
      }
    }

    expect(reads.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
    expect(store.entries).toBe(model.size);
    expect(store.statistics.evictions).toBeGreaterThan(1000);
  });

  it('keeps within its bytes, whatever the sizes', async () => {
    const random = seededRandom(12);
    const store = new MemoryStore({ maxBytes: 10_000 });

    for (let step = 0; step < 2_000; step++) {
      const value = new Uint8Array(random.int(0, 3_000));
      await store.setMany([{ key: `key ${random.int(0, 40)}`, value, expiresAt: Infinity }]);
      expect(store.statistics.memoryUsedBytes).toBeLessThanOrEqual(10_000);
    }

    expect(store.entries).toBeGreaterThan(2);
  });

  it('counts exactly the bytes it holds', async () => {
    const store = new MemoryStore();
    const sizes = new Map<string, number>();
    const random = seededRandom(13);

    for (let step = 0; step < 500; step++) {
      const [key, size] = [`key ${random.int(0, 20)}`, random.int(1, 500)];
      await store.setMany([{ key, value: new Uint8Array(size), expiresAt: Infinity }]);
      sizes.set(key, size);
      const gone = `key ${random.int(0, 20)}`;
      await store.deleteMany([gone]);
      sizes.delete(gone);
    }

    expect(store.statistics.memoryUsedBytes).toBe([...sizes.values()].reduce((sum, size) => sum + size, 0));
  });

  it('does not keep a value above its bytes, nor what it would have replaced', async () => {
    const store = new MemoryStore({ maxBytes: 100 });
    await store.setMany([{ key: 'a', value: new Uint8Array(50), expiresAt: Infinity }]);

    await store.setMany([{ key: 'a', value: new Uint8Array(101), expiresAt: Infinity }]);

    expect(store.read('a')).toBeUndefined();
    expect(store.statistics).toMatchObject({ entries: 0, memoryUsedBytes: 0, evictions: 0 });
  });

  it('counts requests, hits, misses and evictions', async () => {
    const store = new MemoryStore({ maxEntries: 1, name: 'small' });
    await store.setMany([
      { key: 'a', value: 1, expiresAt: Infinity },
      { key: 'b', value: 2, expiresAt: Infinity },
    ]);

    await store.getMany(['a', 'b', 'b']);

    expect(store.statistics).toEqual({
      name: 'small',
      requests: 3,
      hits: 2,
      misses: 1,
      evictions: 1,
      entries: 1,
      memoryUsedBytes: 8,
    });
  });

  it.each(['lru', 's3-fifo', 'w-tinylfu', 'sieve', 'adaptive'] as const)(
    'takes other bounds while it runs, with %s',
    async (policy) => {
      const store = new MemoryStore({ maxEntries: 100, maxBytes: 1000, policy });
      const fill = (): Promise<void> =>
        store.setMany(
          Array.from({ length: 300 }, (_, i) => ({
            key: `key ${i}`,
            value: new Uint8Array(5),
            expiresAt: Infinity,
          })),
        );
      await fill();
      expect(store.entries).toBe(100);

      store.resize({ maxEntries: 10 });
      expect(store.statistics).toMatchObject({ entries: 10, memoryUsedBytes: 50 });
      store.resize({ maxBytes: 20 });
      expect(store.statistics).toMatchObject({ entries: 4, memoryUsedBytes: 20 });
      store.resize({ maxEntries: 200, maxBytes: 5000 });
      await fill();

      expect(store.entries).toBe(200);
      expect(store).toMatchObject({ maxEntries: 200, maxBytes: 5000, policy });
      expect(store.statistics.evictions).toBeGreaterThanOrEqual(200 + 90 + 6);
    },
  );

  it('refuses a resize that makes no sense, and keeps its bounds', () => {
    const store = new MemoryStore({ maxEntries: 7 });

    expect(() => store.resize({ maxEntries: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
    expect(store.maxEntries).toBe(7);
  });

  it('does not allocate on a hit', () => {
    const child = spawnSync(
      process.execPath,
      ['--expose-gc', '--conditions=@perf/source', new URL('hits-in-child.ts', import.meta.url).pathname],
      { encoding: 'utf8' },
    );

    expect(child.stderr).toBe('');
    // The smallest object takes 12 bytes: one a hit would be 1.2 MB. The compiler, at work beside, takes some.
    expect(Number(child.stdout)).toBeLessThan(600_000);
  });

  it.each([
    { maxEntries: 0 },
    { maxEntries: Infinity },
    { maxEntries: 2 ** 24 },
    { maxEntries: 1.5 },
    { maxBytes: 0 },
    { maxBytes: Infinity },
    { maxBytes: Number.NaN },
  ])('refuses %j: it is never unbounded', (options) => {
    expect(() => new MemoryStore(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it.each([Number.NaN, -1, Infinity])('refuses a weigher that gives %d', async (bytes) => {
    const store = new MemoryStore({ sizeOf: () => bytes });

    await expect(store.setMany([{ key: 'a', value: 1, expiresAt: Infinity }])).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});

function rows(count: number): object[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}` }));
}

describe('estimateBytes', () => {
  it('counts bytes exactly', () => {
    expect(estimateBytes(new Uint8Array(1234))).toBe(1234);
    expect(estimateBytes(new BigInt64Array(10))).toBe(80);
    expect(estimateBytes(new ArrayBuffer(77))).toBe(77);
  });

  it('grows with texts, rows and columns', () => {
    expect(estimateBytes('x'.repeat(1000))).toBe(2016);
    expect(estimateBytes(rows(1000)) / estimateBytes(rows(100))).toBeGreaterThan(8);
    expect(estimateBytes({ schema: {}, columns: [{ data: new Float64Array(1000) }] })).toBeGreaterThan(8000);
    expect(estimateBytes(new Map([['a', 'b'.repeat(500)]]))).toBeGreaterThan(1000);
    expect(estimateBytes(new Set(['a'.repeat(500)]))).toBeGreaterThan(1000);
  });

  it('takes every kind of value, and ends on circles', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;

    for (const value of [undefined, null, true, 1, 1n, Symbol('s'), () => 1, new Date(), [], {}, circle])
      expect(estimateBytes(value)).toBeGreaterThan(0);
  });

  it('looks at a few nodes of a big value only', () => {
    let looks = 0;
    const item = {
      get seen(): number {
        return looks++;
      },
    };

    estimateBytes(Array.from({ length: 100_000 }, () => item));

    expect(looks).toBeLessThan(600);
  });
});
