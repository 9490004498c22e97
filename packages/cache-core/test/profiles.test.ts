import {
  ANSWER_TTLS_MS,
  CACHE_PROFILES,
  HIT_RATE_PROFILES,
  MemoryStore,
  TieredCache,
} from '@perf/cache-core';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

describe('CACHE_PROFILES', () => {
  it.each([
    ['small', 1_000, 64, 300],
    ['service', 1_000_000, 512, 300],
    ['large', 1_000_000, 1024, 3600],
  ] as const)(
    'bounds the memory of %s and the life of its entries',
    async (name, entries, mebibytes, seconds) => {
      const clock = new FakeClock();
      const profile = CACHE_PROFILES[name];
      const memory = new MemoryStore({ ...profile.memory, now: clock.now });
      const cache = new TieredCache({ ...profile, memory });
      await cache.getOrSet('k', () => 'value');

      expect([memory.maxEntries, memory.maxBytes]).toEqual([entries, mebibytes * 1024 * 1024]);
      clock.advance(seconds * 1000 - 1);
      expect(await cache.get('k')).toBeDefined();
      clock.advance(1);
      expect(await cache.get('k')).toBeUndefined();
    },
  );
});

it('orders lives and hit rates as the kinds of answer do', () => {
  expect(ANSWER_TTLS_MS).toEqual({ facts: 14_400_000, statement: 7_200_000, query: 3_600_000 });
  expect(HIT_RATE_PROFILES).toEqual({ patterns: 0.6, repeat: 0.8, service: 0.85 });
});
