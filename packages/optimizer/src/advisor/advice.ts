import type { HypotheticalIndex, TableIndex } from '@perf/contracts';

/** Cost of a statement if these indexes stood besides those there are, in any unit; only ratios of one statement count. */
export type AskCost = (
  text: string,
  indexes: readonly HypotheticalIndex[],
  use: { readonly signal: AbortSignal | undefined },
) => Promise<number>;

/** How far a figure of advice can be trusted: `high` rests on the engine's planner, `medium` on our model or on made-up parameters, `low` on defaults. */
export type Confidence = 'high' | 'medium' | 'low';

/** What an index does for one statement. */
export interface StatementGain {
  /** As the workload has it. */
  readonly text: string;
  readonly costBefore: number;
  /** With all advised indexes. */
  readonly costAfter: number;
}

/** An index that pays. It is advice: nothing applies it. */
export interface AdvisedIndex {
  readonly index: HypotheticalIndex;
  readonly name: string;
  /** Makes the index without blocking writers where the engine can. */
  readonly ddl: string;
  /** Takes it away again. */
  readonly undo: string;
  /** Estimated from rows and mean bytes of the columns. */
  readonly bytes: number;
  /** Statements that cost more without it, the largest gain first. */
  readonly statements: readonly StatementGain[];
  /** What is lost without it: Σ weight · ln(cost without ÷ cost with), where the mean weight is 1. */
  readonly benefit: number;
  /** What writes lose by it, in the unit of `benefit`, and the entries that are written for it in a second. */
  readonly writes: { readonly penalty: number; readonly entriesPerS: number };
  readonly confidence: Confidence;
}

/** An index that does nothing for its bytes. */
export interface IndexDrop {
  readonly index: TableIndex;
  readonly reason: 'duplicate' | 'unused';
  /** The index that does the same. */
  readonly coveredBy?: string;
  readonly ddl: string;
  /** Makes it again. */
  readonly undo: string;
  readonly confidence: Confidence;
}

/** How a table of BigQuery, which has no such indexes, is better laid out. */
export interface PartitionAdvice {
  readonly table: string;
  /** A date or timestamp that ranges are asked of. */
  readonly partitionBy: string | undefined;
  /** At most four columns, the most asked for first. */
  readonly clusterBy: readonly string[];
  /** To be put behind CREATE TABLE … AS. */
  readonly clause: string;
  readonly statements: number;
  readonly confidence: Confidence;
}

/** A statement and what it costs, or why it was set aside. */
export interface AdvisedStatement {
  readonly text: string;
  /** Share of the workload's time, as a multiple of the mean. */
  readonly weight: number;
  readonly costBefore?: number;
  readonly costAfter?: number;
  readonly skipped?: string;
}

/** What to do about the indexes of a workload. */
export interface IndexAdvice {
  /** In the order of benefit for bytes. */
  readonly indexes: readonly AdvisedIndex[];
  readonly drops: readonly IndexDrop[];
  readonly partitions: readonly PartitionAdvice[];
  readonly statements: readonly AdvisedStatement[];
  /** Of all advised indexes together. */
  readonly bytes: number;
  readonly budgetBytes: number;
  readonly costCalls: number;
  readonly elapsedMs: number;
  /** False when time ran out; what is advised holds all the same. */
  readonly isComplete: boolean;
}
