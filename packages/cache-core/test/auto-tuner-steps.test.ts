import { AutoTuner, MemoryStore } from '@perf/cache-core';
import { FakeClock, seededRandom } from '@perf/testkit';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

type Tuning = 'marginal hits' | 'founding steps';
/** Gives the key of request `i`. */
type Traffic = (i: number) => number;

const ENTRIES = 1000;
const READS_A_LOOK = 5000;

/** The founding rule, told plainly. */
function foundingSteps(store: MemoryStore, pressure: () => number): () => void {
  let seen = { requests: 0, hits: 0 };
  return () => {
    const { requests, hits } = store.statistics;
    const hitRate = (hits - seen.hits) / (requests - seen.requests);
    seen = { requests, hits };
    let step = 1;
    if (pressure() > 0.95) step = 0.8;
    else if (hitRate < 0.7 && pressure() < 0.8) step = 1.2;
    const maxEntries = Math.round(store.maxEntries * step);
    store.resize({ maxEntries, maxBytes: maxEntries * 1000 });
  };
}

function use(store: MemoryStore, key: string): void {
  if (store.get(key) === undefined)
    store.put(key, { value: 1, createdAt: 0, expiresAt: Infinity, bytes: 1000, tags: undefined });
}

function storeOf(maxEntries: number, seed: number): MemoryStore {
  return new MemoryStore({ maxEntries, maxBytes: maxEntries * 1000, random: seededRandom(seed).next });
}

/** Hits of stores that share one budget of bytes, each with traffic of its own, over `looks` looks. */
function hitsOf(tuning: Tuning, traffics: readonly Traffic[], budgetEntries: number, looks = 40): number {
  const stores = traffics.map((_, i) => storeOf(ENTRIES, i + 1));
  const pressure = (): number =>
    stores.reduce((bytes, { maxBytes }) => bytes + maxBytes, 0) / (budgetEntries * 1000);
  const clock = new FakeClock();
  const tunes = stores.map((store) => {
    if (tuning === 'founding steps') return foundingSteps(store, pressure);
    const tuner = new AutoTuner(store, { pressure, after: (ms, action) => clock.after(ms, action) });
    return () => void tuner.tune();
  });
  for (let i = 0; i < looks * READS_A_LOOK; i++) {
    for (const [at, store] of stores.entries()) use(store, `k${traffics[at]?.(i)}`);
    if (i % READS_A_LOOK === READS_A_LOOK - 1) for (const tune of tunes) tune();
  }
  return stores.reduce((hits, { statistics }) => hits + statistics.hits, 0);
}

const zipf = (seed: number): (() => number) => seededRandom(seed).zipf(50_000, 0.9);
/** Zipf whose popular keys are others every ten looks. */
const shifting = (seed: number): Traffic => {
  const rank = zipf(seed);
  return (i) => (rank() + Math.floor(i / (10 * READS_A_LOOK)) * 20_000) % 50_000;
};
const scan: Traffic = (i) => i;

it.each([
  ['zipf', zipf],
  ['shifting', shifting],
] as const)(
  'has at least the hits of the founding steps on %s traffic within the same bytes',
  (_, traffic) => {
    for (const seed of [1, 2, 3])
      for (const budget of [3000, 10_000])
        expect(hitsOf('marginal hits', [traffic(seed)], budget)).toBeGreaterThanOrEqual(
          hitsOf('founding steps', [traffic(seed)], budget),
        );
  },
);

it.each([
  ['zipf', zipf],
  ['shifting', shifting],
] as const)(
  'has more hits than the founding steps where %s traffic shares bytes with a scan',
  (_, traffic) => {
    const marginal = hitsOf('marginal hits', [traffic(4), scan], 10_000);

    expect(marginal).toBeGreaterThan(1.03 * hitsOf('founding steps', [traffic(4), scan], 10_000));
  },
);

it('swings at most twice in 30 looks on steady traffic, whatever the budget, the size, the traffic and the pressure', () => {
  const looks = 120;
  const budgets = fc.integer({ min: 500, max: 5000 });
  const sizes = fc.integer({ min: 200, max: 2000 });
  const skews = fc.double({ min: 0.5, max: 1.1, noNaN: true });
  // Above 1 a step up can lead from low pressure to high pressure at once.
  const powers = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(budgets, sizes, skews, powers, (budget, size, skew, power) => {
      const clock = new FakeClock();
      const store = storeOf(size, 5);
      const steps: number[] = [];
      void new AutoTuner(store, {
        minEntries: 1,
        pressure: () => (store.maxEntries / budget) ** power,
        after: (ms, action) => clock.after(ms, action),
        onChange: ({ from, to }) => steps.push(to - from),
      });
      const rank = seededRandom(6).zipf(20_000, skew);

      for (let look = 0; look < looks; look++) {
        for (let i = 0; i < 1200; i++) use(store, `k${rank()}`);
        clock.advance(60_000);
      }

      const swings = steps.filter((step, i) => step < 0 && (steps[i - 1] ?? 0) > 0);
      // It may try a size again that was too big 30 looks ago.
      expect(swings.length).toBeLessThanOrEqual(power === 1 ? 1 : (2 * looks) / 30);
    }),
    { numRuns: 40, seed: 7 },
  );
});
