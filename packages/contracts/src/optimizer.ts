import type { QueryEngine, Statement } from './engine.ts';
import type { ExecutionPlan } from './execution-plan.ts';
import type { Scalar, StructuredQuery } from './query.ts';
import type { QueryStatistics } from './statistics.ts';

/** One change the optimizer made, and why. */
export interface Rewrite {
  /** Stable name of the rule, as in `filter-order`. */
  readonly rule: string;
  /** One sentence with the figures that decided it; literals redacted. */
  readonly reason: string;
  /** Cost of the whole query before ÷ after, by the optimizer's cost model; 1 means that no change is expected. */
  readonly estimatedGain: number;
}

/** A query made ready to run. */
export interface OptimizedQuery {
  /** The query that is run; gives the same answer as the one passed in, unless `truncated`. */
  readonly query: StructuredQuery;
  readonly statement: Statement;
  readonly plan: ExecutionPlan;
  /** What was changed; empty when nothing was. */
  readonly rewrites: readonly Rewrite[];
  readonly estimatedRows: number;
  /** In the cost model's units; compare only with costs of the same optimizer. */
  readonly estimatedCost: number;
  /** Present when a row limit was added by option: the answer may be cut. */
  readonly truncated?: { readonly limit: number };
}

/** Whether an optimized query may replace the original. */
export interface Verdict {
  readonly use: 'optimized' | 'original';
  readonly reason: string;
}

/** Turns structured queries into statements. Pure: no I/O outside `decide`; statistics are passed in. */
export interface QueryOptimizer {
  /** Options that change answers (a row limit), by name; part of the query key's scope. @default none */
  readonly answerOptions?: Readonly<Record<string, Scalar>>;
  /** Checks, rewrites and prints a query. Throws what `checkQuery` throws. */
  optimizeQuery(query: StructuredQuery, statistics: QueryStatistics): OptimizedQuery;
  /** The logical plan of the query as written. */
  generateExecutionPlan(query: StructuredQuery): ExecutionPlan;
  /** Prints the query as written, without any rewrite. */
  compile(query: StructuredQuery): Statement;
  /** Asks the engine, where it can tell, whether the optimized form is worth using. */
  decide?(
    optimized: OptimizedQuery,
    use: { readonly engine?: QueryEngine; readonly signal?: AbortSignal },
  ): Promise<Verdict>;
}
