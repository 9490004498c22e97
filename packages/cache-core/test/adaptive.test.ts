import { MemoryStore } from '@perf/cache-core';
import type { PolicyName } from '@perf/cache-core';
import { seededRandom } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

/** Traces that want different policies. Each gives the key of request `i`. */
const TRACES: Readonly<Record<string, () => (i: number) => number>> = {
  'zipf 0.99': () => seededRandom(21).zipf(20_000, 0.99),
  'a loop bigger than the cache': () => (i) => i % 1200,
  'zipf with scans between': () => {
    const zipf = seededRandom(22).zipf(5000, 0.9);
    return (i) => (i % 3000 < 1500 ? zipf() : 100_000 + i);
  },
  'a working set that shifts': () => {
    const random = seededRandom(23);
    return (i) => Math.floor(i / 4000) * 200 + random.int(0, 399);
  },
  'keys asked for twice, soon': () => (i) => (i % 2 === 0 ? i : i < 600 ? 0 : i - 599),
  'a loop, then zipf, then a loop': () => {
    const zipf = seededRandom(24).zipf(5000, 1);
    return (i) => (i > 40_000 && i < 80_000 ? zipf() : i % 1200);
  },
};
const REQUESTS = 120_000;
const ENTRIES = 500;

describe('adaptive', () => {
  it.each(Object.keys(TRACES))('is at most 3 points under the better policy on %s', (name) => {
    const best = Math.max(hitPercent('s3-fifo', name), hitPercent('w-tinylfu', name));

    expect(hitPercent('adaptive', name)).toBeGreaterThan(best - 3);
  });

  it('is at most 5 points under the better policy in a big store, where few keys are followed', () => {
    const best = Math.max(
      hitPercent('s3-fifo', 'zipf 0.99', 4000),
      hitPercent('w-tinylfu', 'zipf 0.99', 4000),
    );

    expect(hitPercent('adaptive', 'zipf 0.99', 4000)).toBeGreaterThan(best - 5);
  });

  it('does as well whatever the seed of its hash', () => {
    const all = [1, 2, 3, 4, 5].map((seed) => hitPercent('adaptive', 'zipf 0.99', ENTRIES, seed));

    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(2);
  });

  it('gives hits on a loop where lru has none', () => {
    expect(hitPercent('lru', 'a loop bigger than the cache')).toBe(0);
    expect(hitPercent('adaptive', 'a loop bigger than the cache')).toBeGreaterThan(30);
  });
});

function hitPercent(policy: PolicyName, name: string, maxEntries = ENTRIES, seed = 9): number {
  const store = new MemoryStore({ policy, maxEntries, random: seededRandom(seed).next });
  const keyAt = TRACES[name]?.() ?? ((i) => i);
  for (let i = 0; i < REQUESTS; i++) {
    const key = `key ${keyAt(i)}`;
    if (store.get(key) === undefined)
      store.put(key, { value: i, createdAt: 0, expiresAt: Infinity, bytes: 1, tags: undefined });
  }
  return (store.statistics.hits / REQUESTS) * 100;
}
