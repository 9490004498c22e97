import { PerfError } from '@perf/contracts';
import { hodgesLehmann } from './hodges-lehmann.ts';
import { wilcoxonSignedRank } from './wilcoxon.ts';

/** When a difference counts. */
export interface JudgeOptions {
  /** Chance of a false alarm allowed to the test of each direction. @default 0.01 */
  readonly alpha?: number;
  /** Smallest relative change that counts, as in 0.015 for 1.5 %. @default 0.015 */
  readonly minimumEffect?: number;
}

/** What paired times say. */
export interface Judgement {
  readonly verdict: 'slower' | 'faster' | 'same';
  /** Relative change of time: 0.05 is 5 % slower. */
  readonly effect: number;
  /** Interval of `effect`, two-sided, at `1 − 2·alpha`. */
  readonly interval: readonly [low: number, high: number];
  /** One-sided, towards the side that `effect` lies on. */
  readonly pValue: number;
  readonly n: number;
}

/**
 * Says whether `changed` is slower or faster than `base`, pair by pair. Each value is one process' own figure, its
 * fastest block by preference: single blocks of one process are no independent evidence. Both must hold: the exact
 * signed-rank test on the logarithms of the ratios, and an effect above `minimumEffect`.
 * With alpha 0.01 at least 7 pairs are needed before anything but `same` can come out.
 */
export function judgePairs(
  base: readonly number[],
  changed: readonly number[],
  options: JudgeOptions = {},
): Judgement {
  const { alpha = 0.01, minimumEffect = 0.015 } = options;
  if (base.length !== changed.length || base.length === 0)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `pairs need equal numbers, got ${base.length} and ${changed.length}`,
    );
  const logs = base.map((before, i) => Math.log((changed[i] ?? Number.NaN) / before));
  if (!logs.every(Number.isFinite))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'times must be finite and above 0');
  const shift = hodgesLehmann(logs, { confidence: 1 - 2 * alpha });
  const effect = Math.expm1(shift.estimate);
  const slower = effect > 0;
  const { pValue } = wilcoxonSignedRank(logs, slower ? 'greater' : 'less');
  const counts = pValue < alpha && Math.abs(effect) > minimumEffect;
  return {
    verdict: counts ? (slower ? 'slower' : 'faster') : 'same',
    effect,
    interval: [Math.expm1(shift.low), Math.expm1(shift.high)],
    pValue,
    n: base.length,
  };
}

/**
 * The relative difference that chance alone makes here, from pairs whose two sides are the same (A/A): the far end of
 * the interval of their ratios. A change below it cannot be told from noise with as many pairs.
 * @param ratios one per A/A pair @param options.confidence default 0.99
 */
export function noiseFloor(
  ratios: readonly number[],
  options: { readonly confidence?: number } = {},
): number {
  const { low, high } = hodgesLehmann(ratios.map(Math.log), { confidence: options.confidence ?? 0.99 });
  return Math.expm1(Math.max(Math.abs(low), Math.abs(high)));
}
