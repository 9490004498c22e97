import type { ExecutionPlan } from '@perf/contracts';

/** What a plan was written by: an engine's EXPLAIN, or Perf itself. */
export const PLAN_FORMATS = [
  'postgres',
  'mariadb',
  'mysql',
  'mysql-tree',
  'sqlite',
  'duckdb',
  'perf',
] as const;

/** One of `PLAN_FORMATS`. */
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** A plan and what stood beside it. */
export interface ReadPlan {
  readonly format: PlanFormat;
  readonly plan: ExecutionPlan;
  /** Whether the plan holds what happened (ANALYZE), not estimates alone. */
  readonly analyzed: boolean;
  /** The statement, where the engine tells it. Holds literals. */
  readonly statement?: string;
  readonly planningMs?: number;
  /** Wall time of the whole execution. */
  readonly executionMs?: number;
  /** What else is worth knowing: settings that differ from the default, triggers, just-in-time compilation. */
  readonly notes: readonly string[];
}

/** What a reader of one format gives. */
export type PlanReading = Omit<ReadPlan, 'format' | 'analyzed'>;
