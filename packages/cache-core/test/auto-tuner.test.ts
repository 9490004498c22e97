import { AutoTuner, MemoryStore } from '@perf/cache-core';
import type { AutoTunerOptions, PolicyName } from '@perf/cache-core';
import { FakeClock, seededRandom } from '@perf/testkit';
import { expect, it } from 'vitest';

/** A store of 1,000 entries with a tuner, and traffic for it. */
function tuned(options: AutoTunerOptions = {}, policy: PolicyName = 'adaptive') {
  const clock = new FakeClock();
  const random = seededRandom(3).next;
  const store = new MemoryStore({ maxEntries: 1000, maxBytes: 1_000_000, policy, random });
  const state = { pressure: 0.5 };
  const tuner = new AutoTuner(store, {
    pressure: () => state.pressure,
    after: (ms, action) => clock.after(ms, action),
    ...options,
  });
  const use = (key: string): void => {
    if (store.get(key) === undefined)
      store.put(key, { value: 1, createdAt: 0, expiresAt: Infinity, bytes: 10, tags: undefined });
  };
  /** Uses of keys of which one is as likely as another. */
  const uniform = (keys: number, uses = 20_000): void => {
    for (let i = 0; i < uses; i++) use(`k${Math.floor(random() * keys)}`);
  };
  /** A walk over keys that never come back. */
  const scan = (from: number): void => {
    for (let i = from; i < from + 20_000; i++) use(`once ${i}`);
  };
  return { clock, store, state, tuner, uniform, scan };
}

it('grows by a fifth where that brings hits, both bounds together', () => {
  const { store, tuner, uniform } = tuned();
  uniform(3000);
  tuner.tune();
  uniform(3000);

  expect(tuner.tune()).toMatchObject({ reason: 'hit rate' });
  expect(store.maxEntries).toBeGreaterThanOrEqual(1200);
  expect(store.maxBytes).toBe(store.maxEntries * 1000);
});

it('does not grow where more room would bring nothing', () => {
  const { store, tuner, scan } = tuned();
  scan(0);
  tuner.tune();
  const before = store.maxEntries;
  for (let i = 1; i < 5; i++) {
    scan(i * 20_000);
    tuner.tune();
  }

  expect(store.maxEntries).toBe(before);
});

it('follows the founding rule where the policy cannot tell', () => {
  const { tuner, uniform, scan } = tuned({}, 'lru');
  uniform(500);
  uniform(500);
  tuner.tune();
  scan(0);

  expect(tuner.tune()).toEqual({ from: 1000, to: 1200, reason: 'hit rate' });
});

it('does not grow at a good hit rate, under pressure, or while there is room', () => {
  const good = tuned();
  good.uniform(900);
  good.tuner.tune();
  good.uniform(900);
  expect(good.tuner.tune()).toBeUndefined();

  const pressed = tuned();
  pressed.state.pressure = 0.85;
  for (let i = 0; i < 3; i++) {
    pressed.uniform(3000);
    expect(pressed.tuner.tune()).toBeUndefined();
  }
});

it('shrinks by a fifth above 95 % pressure, and does not come back to that size', () => {
  const { store, state, tuner, uniform } = tuned();
  state.pressure = 0.97;
  uniform(3000);
  expect(tuner.tune()).toEqual({ from: 1000, to: 800, reason: 'pressure' });
  expect(store.entries).toBeLessThanOrEqual(800);

  state.pressure = 0.5;
  const sizes: number[] = [];
  for (let i = 0; i < 25; i++) {
    uniform(3000);
    tuner.tune();
    sizes.push(store.maxEntries);
  }
  expect(Math.max(...sizes)).toBeLessThan(1000);
  expect(new Set(sizes).size).toBeLessThanOrEqual(2);
});

it('stays within its bounds', () => {
  const { store, state, tuner, uniform } = tuned({ minEntries: 900, maxEntries: 1100 });
  for (let i = 0; i < 4; i++) {
    uniform(5000);
    tuner.tune();
  }
  expect(store.maxEntries).toBe(1100);

  state.pressure = 0.99;
  for (let i = 0; i < 4; i++) tuner.tune();
  expect(store.maxEntries).toBe(900);
});

it('looks by itself, until it is disposed', async () => {
  const { clock, store, state, tuner } = tuned();
  state.pressure = 0.99;
  clock.advance(60_000);
  expect(store.maxEntries).toBe(800);

  await tuner[Symbol.asyncDispose]();
  clock.advance(600_000);
  expect(store.maxEntries).toBe(800);
});

it.each([{ minEntries: 0 }, { everyMs: 0 }, { growBelowPressure: 0.99 }])('refuses %o', (options) => {
  expect(() => new AutoTuner(new MemoryStore(), options)).toThrow(
    expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
  );
});
