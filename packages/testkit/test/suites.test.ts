import { FakeClock, cacheStoreSuite, hostileStrings, unencodableStrings } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { MapStore } from './map-store.ts';

describe('a store of values on a Map', () => {
  const clock = new FakeClock();
  cacheStoreSuite({
    create: () => new MapStore({ now: clock.now }),
    ttlStepMs: 1,
    now: clock.now,
    advance: (ms) => clock.advance(ms),
  });
});

describe('a store of bytes on a Map, in real time', () => {
  cacheStoreSuite({ create: () => new MapStore({ keeps: 'bytes' }), ttlStepMs: 1 });
});

describe('hostileStrings', () => {
  it('are many, different, well-formed and without U+0000', () => {
    expect(hostileStrings.length).toBeGreaterThanOrEqual(60);
    expect(new Set(hostileStrings).size).toBe(hostileStrings.length);
    expect(hostileStrings.filter((text) => !text.isWellFormed() || text.includes('\0'))).toEqual([]);
  });

  it('leave the rest to unencodableStrings', () => {
    expect(unencodableStrings.filter((text) => text.isWellFormed() && !text.includes('\0'))).toEqual([]);
  });
});
