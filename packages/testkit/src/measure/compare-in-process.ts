import { PerfError } from '@perf/contracts';
import type { Comparison, Direction } from './comparison.ts';
import { comparisonOf, ratioOf } from './comparison.ts';
import { median } from './quantile.ts';

/**
 * Does the case `iterations` times. It must give back something that depends on every call (a sum, a count): what
 * nobody reads, the compiler leaves out. The loop is the case's own, so that no call through a closure is measured.
 */
export type Batch = (iterations: number) => unknown;

/** How to compare two short cases. */
export interface CompareInProcessOptions {
  readonly ours: Batch;
  readonly peer: Batch;
  /** `min`: the ratio is peer ÷ ours, bigger is better. `max`: ours ÷ peer, smaller is better. */
  readonly direction: Direction;
  /** Rounds that count, at least 7. @default 9 */
  readonly rounds?: number;
  /** Time one round of one side should take. @default 200 */
  readonly roundMs?: number;
  /** Rounds of both run first and not counted, after the calibration. @default 2 */
  readonly warmupRounds?: number;
}

/** A comparison of two short cases. */
export interface InProcessComparison extends Comparison {
  /** Median time of one call, in ns. */
  readonly oursNs: number;
  readonly peerNs: number;
  /** Last results of both, kept so that no work counts as unused. */
  readonly kept: readonly [ours: unknown, peer: unknown];
}

/**
 * Compares two cases of under 10 µs a call in this process: both warmed and calibrated to rounds of `roundMs`, then
 * interleaved rounds, the side that begins changing each time. A case that gives back a promise is awaited once a round.
 */
export async function compareInProcess(options: CompareInProcessOptions): Promise<InProcessComparison> {
  const { direction, rounds = 9, roundMs = 200, warmupRounds = 2 } = options;
  if (!Number.isInteger(rounds) || rounds < 7)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `rounds must be a whole number of at least 7, got ${rounds}`,
    );
  const ours: Side = { batch: options.ours, iterations: 1, ns: [], kept: undefined };
  const peer: Side = { batch: options.peer, iterations: 1, ns: [], kept: undefined };
  await calibrate(ours, roundMs);
  await calibrate(peer, roundMs);
  for (let round = -warmupRounds; round < rounds; round++) {
    const order = round % 2 === 0 ? [ours, peer] : [peer, ours];
    for (const side of order) {
      const ms = await time(side);
      if (round >= 0) side.ns.push((ms * 1e6) / side.iterations);
    }
  }
  const ratios = ours.ns.map((ns, i) => ratioOf(direction, ns, peer.ns[i] ?? Number.NaN));
  return {
    ...comparisonOf(ratios),
    oursNs: median(ours.ns),
    peerNs: median(peer.ns),
    kept: [ours.kept, peer.kept],
  };
}

interface Side {
  readonly batch: Batch;
  iterations: number;
  readonly ns: number[];
  kept: unknown;
}

async function time(side: Side): Promise<number> {
  const start = performance.now();
  const result = side.batch(side.iterations);
  side.kept = result instanceof Promise ? await result : result;
  return performance.now() - start;
}

/** Finds how many iterations fill a round; the search itself warms the case. */
async function calibrate(side: Side, roundMs: number): Promise<void> {
  for (;;) {
    const ms = await time(side);
    if (ms >= roundMs / 2) {
      side.iterations = Math.max(1, Math.round((side.iterations * roundMs) / ms));
      return;
    }
    side.iterations *= ms < roundMs / 20 ? 8 : 2;
    if (side.iterations > 2 ** 40)
      throw new PerfError(
        'ERR_PERF_RUN_INVALID',
        'the case takes no time: it does nothing, or ignores its iterations',
      );
  }
}
