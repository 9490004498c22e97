import { PerfError } from '@perf/contracts';
import { median } from './quantile.ts';
import { rankSumCounts } from './wilcoxon.ts';

/** A shift and how far it may be off. */
export interface ShiftEstimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Chance that the interval covers the true shift; below what was asked for only when n is too small to reach it. */
  readonly confidence: number;
}

/**
 * The typical difference and its interval: the median of all pairwise means (Hodges & Lehmann, "Estimates of Location
 * Based on Rank Tests", Annals of Mathematical Statistics 34, 1963), with the interval that the signed-rank test does
 * not refuse (Tukey's, as in Hollander & Wolfe, Nonparametric Statistical Methods, §3.3).
 * With 5 differences the widest interval has 93.75 %; 95 % needs 6, 99 % needs 8.
 */
export function hodgesLehmann(
  differences: readonly number[],
  options: { readonly confidence?: number } = {},
): ShiftEstimate {
  const wanted = options.confidence ?? 0.95;
  if (!(wanted > 0 && wanted < 1))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `confidence must lie between 0 and 1, got ${wanted}`);
  const means = pairwiseMeans(differences);
  const { depth, confidence } = depthFor(differences.length, 1 - wanted);
  return {
    estimate: median(means),
    low: means[depth] ?? Number.NaN,
    high: means[means.length - 1 - depth] ?? Number.NaN,
    confidence,
  };
}

/** Means of all pairs, each value with itself too, ascending. */
function pairwiseMeans(values: readonly number[]): number[] {
  const means: number[] = [];
  for (const [i, a] of values.entries()) for (const b of values.slice(i)) means.push((a + b) / 2);
  return means.toSorted((a, b) => a - b);
}

/** How many means to leave out at each end so that no more than `alpha` is given away in all. */
function depthFor(n: number, alpha: number): { depth: number; confidence: number } {
  if (n > 50) {
    const mean = (n * (n + 1)) / 4;
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    return {
      depth: Math.max(0, Math.floor(mean - normalQuantile(1 - alpha / 2) * deviation)),
      confidence: 1 - alpha,
    };
  }
  const counts = rankSumCounts(Array.from({ length: n }, (_, i) => i + 1));
  const all = 2 ** n;
  let below = counts[0] ?? 0;
  let depth = 0;
  for (;;) {
    const next = below + (counts[depth + 1] ?? 0);
    if (next / all > alpha / 2 || depth + 1 >= counts.length) break;
    below = next;
    depth++;
  }
  return { depth, confidence: 1 - (2 * below) / all };
}

/** The z with area `p` to its left, within 4.5e-4 (Abramowitz & Stegun, Handbook of Mathematical Functions, 26.2.23). */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  return (
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
}
