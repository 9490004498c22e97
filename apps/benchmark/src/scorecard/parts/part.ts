import type { Figure } from '@perf/testkit/measure';
import type { ProgressLine } from '../../terminal/progress-line.ts';

/** What every part of the scorecard works with. */
export interface PartUse {
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Fewer and shorter runs. */
  readonly quick: boolean;
  readonly histories: number;
  readonly seed: number;
  /** A Redis to use where nothing is done to it. @default one of its own */
  readonly redisUrl: string | undefined;
}

/** What a part of the scorecard found. */
export interface PartReport {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** The first row is the heading. */
  readonly table: readonly (readonly string[])[];
  /** What is wrong, one sentence each; a bound that is broken is told by its figure. */
  readonly faults: readonly string[];
}
