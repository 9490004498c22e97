import { rankSumCounts, wilcoxonSignedRank } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';

/** Differences 1, −2, 3 … whose positive ranks sum to `sum`: the largest ranks first. */
function withRankSum(n: number, sum: number): number[] {
  let left = sum;
  const signs: number[] = [];
  for (let rank = n; rank >= 1; rank--) {
    const positive = rank <= left;
    if (positive) left -= rank;
    signs.unshift(positive ? rank : -rank);
  }
  return signs;
}

/** Tails by walking every sign pattern. */
function bruteForce(differences: readonly number[]): { less: number; greater: number } {
  const kept = differences.filter((d) => d !== 0);
  const ranks = kept.map((d) => {
    const below = kept.filter((other) => Math.abs(other) < Math.abs(d)).length;
    const same = kept.filter((other) => Math.abs(other) === Math.abs(d)).length;
    return below + (same + 1) / 2;
  });
  const seen = ranks.reduce((sum, rank, i) => sum + ((kept[i] ?? 0) > 0 ? rank : 0), 0);
  let [less, greater] = [0, 0];
  for (let pattern = 0; pattern < 2 ** kept.length; pattern++) {
    const sum = ranks.reduce((total, rank, i) => total + ((pattern >> i) & 1 ? rank : 0), 0);
    if (sum <= seen) less++;
    if (sum >= seen) greater++;
  }
  return { less: less / 2 ** kept.length, greater: greater / 2 ** kept.length };
}

describe('wilcoxonSignedRank', () => {
  it.each([
    [6, 0],
    [8, 3],
    [10, 8],
    [15, 25],
    [20, 52],
    [25, 89],
    [30, 137],
    [50, 434],
  ])('puts the published two-sided 5 %% limit for n = %i at %i', (n, critical) => {
    const at = wilcoxonSignedRank(withRankSum(n, critical));
    const past = wilcoxonSignedRank(withRankSum(n, critical + 1));

    expect(at).toMatchObject({ rankSum: critical, n, exact: true });
    expect(at.pValue).toBeLessThanOrEqual(0.05);
    expect(past.pValue).toBeGreaterThan(0.05);
  });

  it('counts the sign patterns of ranks 1 to 5 as the tables do', () => {
    const counts = rankSumCounts([1, 2, 3, 4, 5]);

    expect([...counts]).toEqual(
      [1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1].map((_, sum) => countOf(sum)),
    );
  });

  it.each([
    [[1, 2, 3, -1, -2, 5, 5, -5]],
    [[0, 1, 1, 1, -1, 0, 2]],
    [[-3, -3, -3, -3]],
    [[0.5, -0.25, 0.125, 4, -8, 2, 2, -2, 0.5, -0.5]],
  ])('agrees with every sign pattern walked, ties and zeros included: %j', (differences) => {
    const { less, greater } = bruteForce(differences);

    expect(wilcoxonSignedRank(differences, 'less').pValue).toBeCloseTo(less, 12);
    expect(wilcoxonSignedRank(differences, 'greater').pValue).toBeCloseTo(greater, 12);
    expect(wilcoxonSignedRank(differences).pValue).toBeCloseTo(Math.min(1, 2 * Math.min(less, greater)), 12);
  });

  it('joins the normal curve smoothly above 50 differences', () => {
    const fifty = wilcoxonSignedRank(withRankSum(50, 434));
    const more = wilcoxonSignedRank([...withRankSum(50, 434), 1e-9]);

    expect(more.exact).toBe(false);
    expect(more.pValue).toBeGreaterThan(fifty.pValue * 0.8);
    expect(more.pValue).toBeLessThan(fifty.pValue * 1.2);
  });

  it('says nothing when all differences are 0', () => {
    expect(wilcoxonSignedRank([0, 0, 0])).toMatchObject({ n: 0, pValue: 1 });
  });

  it('refuses what is not a number', () => {
    expect(() => wilcoxonSignedRank([1, Number.NaN])).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

/** Subsets of 1…5 with this sum, one by one. */
function countOf(sum: number): number {
  let count = 0;
  for (let pattern = 0; pattern < 32; pattern++) {
    const total = [1, 2, 3, 4, 5].reduce((t, rank, i) => t + ((pattern >> i) & 1 ? rank : 0), 0);
    if (total === sum) count++;
  }
  return count;
}
