import { PerfError } from '@perf/contracts';
import { median, quartiles } from './quantile.ts';

/** Which way a ratio is written. `min`: peer ÷ ours, bigger is better. `max`: ours ÷ peer, smaller is better. */
export type Direction = 'min' | 'max';

/** Ratios of pairs, and what a figure says of them. */
export interface Comparison {
  /** Median of `ratios`. */
  readonly value: number;
  /** First and third quartile of `ratios`. */
  readonly spread: readonly [number, number];
  /** Number of pairs. */
  readonly n: number;
  /** One per pair, in the order they ran. */
  readonly ratios: readonly number[];
}

/** The ratio of one pair. Both figures must be finite and above 0. */
export function ratioOf(direction: Direction, ours: number, peer: number): number {
  const ratio = direction === 'min' ? peer / ours : ours / peer;
  if (!Number.isFinite(ratio) || ratio <= 0)
    throw new PerfError('ERR_PERF_RUN_INVALID', `no ratio of ${ours} (ours) and ${peer} (peer)`);
  return ratio;
}

/** Median and quartiles of the ratios of pairs. */
export function comparisonOf(ratios: readonly number[]): Comparison {
  return { value: median(ratios), spread: quartiles(ratios), n: ratios.length, ratios };
}
