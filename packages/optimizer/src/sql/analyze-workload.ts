import type { WorkloadStatement } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import type { OptimizeSqlOptions, OptimizedSql } from './optimize-sql.ts';
import { optimizeSql } from './optimize-sql.ts';

/** One statement of a workload, and what could be made of it. */
export interface AnalyzedStatement {
  readonly statement: WorkloadStatement;
  /** Undefined for one that writes, or that is refused as it may. */
  readonly optimized: OptimizedSql | undefined;
  /** All its calls together, in ms. */
  readonly totalMs: number;
  /** What the estimate says would be saved of that, in ms: the time that the dropped share of its cost stands for. */
  readonly savedMs: number;
}

/** Looks at every statement of a workload; first come those of which most time would be saved, then those that take most. Pure. */
export function analyzeWorkload(
  workload: readonly WorkloadStatement[],
  options: OptimizeSqlOptions,
): readonly AnalyzedStatement[] {
  return workload
    .map((statement): AnalyzedStatement => {
      const totalMs = statement.calls * statement.meanMs;
      const optimized = statement.writesPerS === undefined ? optimizedOf(statement.text, options) : undefined;
      const { estimate, originalEstimate } = optimized ?? {};
      const share =
        estimate === undefined || originalEstimate === undefined ? 1 : estimate.cost / originalEstimate.cost;
      return { statement, optimized, totalMs, savedMs: totalMs * Math.max(0, 1 - share) };
    })
    .toSorted((a, b) => b.savedMs - a.savedMs || b.totalMs - a.totalMs);
}

function optimizedOf(text: string, options: OptimizeSqlOptions): OptimizedSql | undefined {
  try {
    return optimizeSql(text, options);
  } catch (error) {
    if (isPerfError(error, 'ERR_PERF_INVALID_QUERY')) return undefined;
    throw error;
  }
}
