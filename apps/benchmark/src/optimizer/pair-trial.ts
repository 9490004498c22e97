import type { Answer, QueryEngine } from '@perf/contracts';
import { PerfError, compareAnswers } from '@perf/contracts';
import { hodgesLehmann, median } from '@perf/testkit/measure';
import { timedRun } from './timed-run.ts';

/** Times of a statement as it is and as it was rewritten, taken in turns. */
export interface PairTrial {
  readonly baseMs: number;
  readonly nextMs: number;
  /** Rewritten ÷ original, by the logarithms of the pairs; below 1 is faster. */
  readonly ratio: { readonly estimate: number; readonly low: number; readonly high: number };
  readonly pairs: number;
  /** Whether the original reached the limit: the gain is then a lower bound. */
  readonly timedOut: boolean;
}

/** How long a statement may take, in ms. */
export const LIMIT_MS = 5000;
const LONG_MS = 1000;
/** Statements shorter than this are timed several at once. */
const SHORT_MS = 5;
const BATCH_MS = 20;
const PAIRS = 20;
const LONG_PAIRS = 5;

/**
 * Runs both forms in turns, first the one, then the other, and compares the answers of every run. An original that reaches the limit in the
 * first run is not run again: its time is the limit. @param next the other form, and by which columns both are ordered
 */
export async function tryPair(
  engine: QueryEngine,
  original: string,
  next: { readonly text: string; readonly orderedBy: readonly number[] },
  signal: AbortSignal,
): Promise<PairTrial> {
  const { text: rewritten, orderedBy } = next;
  const [warmBase, warmNext] = [
    await timedRun(engine, original, LIMIT_MS, signal),
    await timedRun(engine, rewritten, LIMIT_MS, signal),
  ];
  const expected = warmBase.answer ?? warmNext.answer;
  const slowest = warmBase.answer === undefined ? warmNext.ms : Math.max(warmBase.ms, warmNext.ms);
  const pairs = slowest > LONG_MS ? LONG_PAIRS : PAIRS;
  const batch = slowest < SHORT_MS ? Math.ceil(BATCH_MS / Math.max(0.2, slowest)) : 1;
  const base: number[] = [];
  const nextMs: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const sides = [
      [original, base],
      [rewritten, nextMs],
    ] as const;
    for (const [text, times] of i % 2 === 0 ? sides : sides.toReversed()) {
      let ms = 0;
      for (let run = 0; run < batch; run++) {
        const isKnown = text === original && warmBase.answer === undefined;
        const one = isKnown ? warmBase : await timedRun(engine, text, LIMIT_MS, signal);
        ms += one.ms;
        mustBeAlike(one.answer, expected, { text, orderedBy });
      }
      times.push(ms / batch);
    }
  }
  const { estimate, low, high } = hodgesLehmann(nextMs.map((ms, i) => Math.log(ms / (base[i] ?? ms))));
  return {
    baseMs: median(base),
    nextMs: median(nextMs),
    ratio: { estimate: Math.exp(estimate), low: Math.exp(low), high: Math.exp(high) },
    pairs,
    timedOut: warmBase.answer === undefined,
  };
}

/** A run that reached the limit has no answer to compare. */
function mustBeAlike(
  answer: Answer | undefined,
  expected: Answer | undefined,
  { text, orderedBy }: { readonly text: string; readonly orderedBy: readonly number[] },
): void {
  if (answer === undefined || expected === undefined) return;
  const difference = compareAnswers(expected, answer, { ordered: orderedBy });
  if (difference !== undefined)
    throw new PerfError('ERR_PERF_RUN_INVALID', `two answers differ (${difference}): ${text}`);
}
