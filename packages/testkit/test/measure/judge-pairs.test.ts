import { hodgesLehmann, judgePairs, median, noiseFloor, quantile, quartiles } from '@perf/testkit/measure';
import { seededRandom } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

/** Times of processes whose work is `factor` long, on a machine that now and then is disturbed, never helped. */
function times(random: () => number, pairs: number, factor: number): number[] {
  return Array.from({ length: pairs }, () => {
    const jitter = 1 + 0.012 * random();
    const disturbed = random() < 0.1 ? 1 + 0.1 * random() : 1;
    return 100 * factor * jitter * disturbed;
  });
}

/** How often 400 comparisons of `factor` against 1 come out as `verdict`. */
function rate(factor: number, verdict: string, pairs = 22): number {
  const random = seededRandom(20_26).next;
  let found = 0;
  for (let trial = 0; trial < 400; trial++)
    if (judgePairs(times(random, pairs, 1), times(random, pairs, factor)).verdict === verdict) found++;
  return found / 400;
}

describe('judgePairs', () => {
  it('raises no alarm on two equal sides', () => {
    expect(rate(1, 'same')).toBeGreaterThanOrEqual(0.99);
  });

  it('finds a planted slowdown of 5 %', () => {
    expect(rate(1.05, 'slower')).toBeGreaterThanOrEqual(0.99);
  });

  it('finds a planted slowdown of 20 % in 10 pairs', () => {
    expect(rate(1.2, 'slower', 10)).toBeGreaterThanOrEqual(0.99);
  });

  it('finds a planted gain of 5 %', () => {
    expect(rate(0.95, 'faster')).toBeGreaterThanOrEqual(0.99);
  });

  it('lets an effect below the minimum pass, however sure it is', () => {
    const base = times(seededRandom(1).next, 30, 1);

    const judged = judgePairs(
      base,
      base.map((ms) => ms * 1.01),
    );

    expect(judged).toMatchObject({ verdict: 'same', n: 30 });
    expect(judged.pValue).toBeLessThan(1e-6);
  });

  it('reads the effect as the relative change of time', () => {
    const base = [10, 11, 12, 13, 14, 15, 16, 17];

    const judged = judgePairs(
      base,
      base.map((ms) => ms * 1.05),
    );

    expect(judged.effect).toBeCloseTo(0.05, 10);
    expect(judged.interval[0]).toBeLessThanOrEqual(judged.effect);
    expect(judged.interval[1]).toBeGreaterThanOrEqual(judged.effect - 1e-12);
  });

  it('never alarms on fewer than 7 pairs', () => {
    expect(judgePairs([1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2]).verdict).toBe('same');
    expect(judgePairs([1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 2]).verdict).toBe('slower');
  });

  it.each([
    [[1], [1, 2]],
    [[], []],
    [[0], [1]],
    [[1], [Number.NaN]],
  ])('refuses %j against %j', (base, changed) => {
    expect(() => judgePairs(base, changed)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('noiseFloor', () => {
  it('lies above what equal sides differ by and below what a loud machine does', () => {
    const random = seededRandom(7).next;
    const ratios = times(random, 22, 1).map((ms) => ms / (times(random, 1, 1)[0] ?? 1));

    expect(noiseFloor(ratios)).toBeGreaterThan(0);
    expect(noiseFloor(ratios)).toBeLessThan(0.05);
  });
});

describe('hodgesLehmann', () => {
  it('gives the middle of the pairwise means and the interval of the tables', () => {
    // Walsh averages of 1…6: the 95 % interval of n = 6 is their whole range (critical value 0).
    const shift = hodgesLehmann([1, 2, 3, 4, 5, 6]);

    expect(shift).toMatchObject({ estimate: 3.5, low: 1, high: 6 });
    expect(shift.confidence).toBeCloseTo(1 - 2 / 64, 12);
  });

  it('leaves out as many means as the published limit allows', () => {
    // n = 10: the two-sided 5 % limit is 8, so the interval runs from the 9th smallest mean to the 9th largest.
    const values = [3, 8, 1, 15, 6, 21, 10, 36, 28, 45];
    const means = values.flatMap((a, i) => values.slice(i).map((b) => (a + b) / 2)).toSorted((a, b) => a - b);

    const shift = hodgesLehmann(values);

    expect(shift.low).toBe(means[8]);
    expect(shift.high).toBe(means.at(-9));
    expect(shift.confidence).toBeGreaterThanOrEqual(0.95);
  });

  it('admits that five pairs cannot give 95 %', () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5]).confidence).toBe(0.9375);
  });

  it('covers the true shift as often as it says', () => {
    const random = seededRandom(99).next;
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const { low, high } = hodgesLehmann(Array.from({ length: 12 }, () => random() + random() - 1));
      if (low <= 0 && high >= 0) covered++;
    }

    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.98);
  });

  it('uses the normal curve above 50 values', () => {
    const shift = hodgesLehmann(Array.from({ length: 80 }, (_, i) => i));

    expect(shift.estimate).toBe(39.5);
    expect(shift.low).toBeGreaterThan(30);
    expect(shift.high).toBeLessThan(49);
  });
});

describe('quantile', () => {
  it('goes between neighbours by straight line', () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([1, 2])).toBe(1.5);
    expect(quartiles([1, 2, 3, 4, 5])).toEqual([2, 4]);
  });

  it('refuses no values, and shares outside 0 to 1', () => {
    expect(() => median([])).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
    expect(() => quantile([1], 1.5)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });
});
