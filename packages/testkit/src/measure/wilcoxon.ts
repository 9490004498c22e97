import { PerfError } from '@perf/contracts';

/** Which differences count as evidence. `greater`: they lie above 0. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/** Outcome of a signed-rank test. */
export interface WilcoxonResult {
  /** Sum of the ranks of the positive differences. */
  readonly rankSum: number;
  /** Differences that were not 0. */
  readonly n: number;
  /** Chance of a rank sum at least this extreme when the differences are symmetric about 0. */
  readonly pValue: number;
  /** Whether `pValue` comes from the whole distribution; false above 50 differences, where the normal curve stands in. */
  readonly exact: boolean;
}

/** Up to this many differences every count of sign patterns (at most 2^50) is an exact float64. */
const MOST_EXACT = 50;

/**
 * Signed-rank test on paired differences (Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1,
 * 1945). Zeros are dropped; ties share their middle rank, and the distribution is the one of these very ranks, so the
 * p value stays exact with ties (the shift algorithm of Streitberg & Röhmel, Statistical Software Newsletter 12, 1986).
 */
export function wilcoxonSignedRank(
  differences: readonly number[],
  alternative: Alternative = 'two-sided',
): WilcoxonResult {
  if (differences.some((d) => Number.isNaN(d)))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'a difference is not a number');
  const kept = differences.filter((d) => d !== 0);
  const n = kept.length;
  if (n === 0) return { rankSum: 0, n, pValue: 1, exact: true };
  const doubled = doubledMidranks(kept.map(Math.abs));
  const sum = doubled.reduce((total, rank, i) => total + ((kept[i] ?? 0) > 0 ? rank : 0), 0);
  const exact = n <= MOST_EXACT;
  const [less, greater] = exact ? exactTails(doubled, sum) : normalTails(doubled, sum);
  const both = Math.min(1, 2 * Math.min(less, greater));
  const pValue = alternative === 'two-sided' ? both : alternative === 'less' ? less : greater;
  return { rankSum: sum / 2, n, pValue, exact };
}

/**
 * How many of the 2^n sign patterns give each sum of ranks; index is the sum. For whole ranks 1…n this is the null
 * distribution of the test.
 */
export function rankSumCounts(ranks: readonly number[]): Float64Array {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const counts = new Float64Array(most + 1);
  counts[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= rank; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
}

/** Twice the midrank of each value, so that every rank is whole. */
function doubledMidranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks: number[] = values.map(() => 0);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = from + 1 + to;
    from = to;
  }
  return ranks;
}

/** Chances of a sum at most, and at least, `sum`. */
function exactTails(ranks: readonly number[], sum: number): [less: number, greater: number] {
  const counts = rankSumCounts(ranks);
  const all = 2 ** ranks.length;
  let less = 0;
  let greater = 0;
  for (const [value, count] of counts.entries()) {
    if (value <= sum) less += count;
    if (value >= sum) greater += count;
  }
  return [less / all, greater / all];
}

/** The same by the normal curve, with half a rank for continuity; the ranks themselves carry the correction for ties. */
function normalTails(doubled: readonly number[], sum: number): [less: number, greater: number] {
  const mean = doubled.reduce((total, rank) => total + rank, 0) / 2;
  const deviation = Math.sqrt(doubled.reduce((total, rank) => total + rank * rank, 0)) / 2;
  return [normalBelow((sum + 1 - mean) / deviation), normalBelow((mean - sum + 1) / deviation)];
}

/** Area of the normal curve left of `z`, within 1.5e-7 (Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.26). */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return z < 0 ? tail : 1 - tail;
}
