import type {
  Catalog,
  Dialect,
  ExecutionPlan,
  OptimizedQuery,
  QueryEngine,
  QueryOptimizer,
  QueryStatistics,
  Rewrite,
  Scalar,
  Statement,
  StructuredQuery,
  Verdict,
} from '@perf/contracts';
import { PerfError, checkQuery } from '@perf/contracts';
import type { QueryBlock } from './block.ts';
import { buildBlock } from './block.ts';
import { weighed } from './decide.ts';
import { Estimator } from './estimate.ts';
import { logicalPlan } from './logical-plan.ts';
import { DIALECTS, printBlock } from './print/print-block.ts';
import type { SqlDialect } from './print/sql-dialect.ts';
import { filterOrder } from './rules/filter-order.ts';
import { redundantDistinct } from './rules/redundant-distinct.ts';
import type { Rule } from './rules/rule.ts';
import { unusedLeftJoin } from './rules/unused-left-join.ts';

/** Names of the rules, in the order in which they are tried. */
export type RuleName = 'unused-left-join' | 'redundant-distinct' | 'filter-order';

const RULES: Readonly<Record<RuleName, Rule>> = {
  'unused-left-join': unusedLeftJoin,
  'redundant-distinct': redundantDistinct,
  'filter-order': filterOrder,
};

/** Times a rule may fire on one query, so that a faulty rule cannot loop. */
const MOST_FIRINGS = 32;

/** How an optimizer is made. */
export interface OptimizerOptions {
  /** Tables that queries may name. */
  readonly catalog: Catalog;
  /** The SQL to print. */
  readonly dialect: Dialect;
  /** Rules left out. @default none */
  readonly disable?: readonly RuleName[];
  /**
   * Most rows of an answer without groups. Changes answers: they are marked `truncated`, and the limit is part of
   * `answerOptions`. The founding number is 10,000. @default no limit
   */
  readonly rowLimit?: number;
}

/**
 * An optimizer for structured queries. Pure: it reads only what it is given.
 *
 * @example
 * const optimizer = createOptimizer({ catalog: await engine.catalog(), dialect: engine.dialect });
 * const { statement, rewrites } = optimizer.optimizeQuery(query, await engine.statistics(['flights']));
 */
export function createOptimizer(options: OptimizerOptions): QueryOptimizer {
  const { rowLimit } = options;
  if (rowLimit !== undefined && (!Number.isInteger(rowLimit) || rowLimit < 1))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `rowLimit must be a positive integer, got ${rowLimit}`);
  return new StructuredQueryOptimizer(options);
}

class StructuredQueryOptimizer implements QueryOptimizer {
  readonly answerOptions: Readonly<Record<string, Scalar>>;
  readonly #catalog: Catalog;
  readonly #dialect: SqlDialect;
  readonly #rules: readonly Rule[];
  readonly #rowLimit: number | undefined;
  /** The statement that each optimized one stands for. */
  readonly #originals = new WeakMap<OptimizedQuery, Statement>();

  constructor({ catalog, dialect, disable = [], rowLimit }: OptimizerOptions) {
    this.#catalog = catalog;
    this.#dialect = DIALECTS[dialect];
    const left = new Set<string>(disable);
    this.#rules = Object.values(RULES).filter(({ name }) => !left.has(name));
    this.#rowLimit = rowLimit;
    this.answerOptions = rowLimit === undefined ? {} : { rowLimit };
  }

  optimizeQuery(query: StructuredQuery, statistics: QueryStatistics): OptimizedQuery {
    const estimator = new Estimator(statistics, this.#dialect.name);
    const checked = checkQuery(query, this.#catalog);
    const { query: rewritten, rewrites } = this.#rewritten(this.#limited(checked), estimator);
    const block = buildBlock(rewritten, this.#catalog);
    const estimate = estimator.block(block);
    const truncated = this.#truncated(checked);
    const optimized: OptimizedQuery = {
      query: rewritten,
      statement: { ...printBlock(block, this.#dialect), ...truncated },
      plan: logicalPlan(block, estimate),
      rewrites,
      estimatedRows: estimate.rows,
      estimatedCost: estimate.cost,
      ...truncated,
    };
    if (rewrites.length > 0) this.#originals.set(optimized, this.compile(query));
    return optimized;
  }

  /** By the engine's own costs where it tells them. An optimized query of another optimizer is one of which nothing is known. */
  async decide(
    optimized: OptimizedQuery,
    use: { readonly engine?: QueryEngine; readonly signal?: AbortSignal },
  ): Promise<Verdict> {
    const original = this.#originals.get(optimized);
    if (original === undefined) return { use: 'original', reason: 'nothing was rewritten' };
    return weighed({ original, optimized: optimized.statement }, use);
  }

  generateExecutionPlan(query: StructuredQuery): ExecutionPlan {
    return logicalPlan(this.#block(checkQuery(query, this.#catalog)), undefined);
  }

  compile(query: StructuredQuery): Statement {
    const checked = checkQuery(query, this.#catalog);
    return { ...printBlock(this.#block(checked), this.#dialect), ...this.#truncated(checked) };
  }

  #block(checked: StructuredQuery): QueryBlock {
    return buildBlock(this.#limited(checked), this.#catalog);
  }

  #truncated(checked: StructuredQuery): { truncated?: { limit: number } } {
    return this.#rowLimit !== undefined && this.#cuts(checked)
      ? { truncated: { limit: this.#rowLimit } }
      : {};
  }

  #rewritten(
    query: StructuredQuery,
    estimator: Estimator,
  ): { query: StructuredQuery; rewrites: readonly Rewrite[] } {
    const rewrites: Rewrite[] = [];
    let current = query;
    for (const rule of this.#rules) {
      for (let firing = 0; firing < MOST_FIRINGS; firing++) {
        const result = rule.apply(current, { catalog: this.#catalog, estimator });
        if (result === undefined) break;
        const estimatedGain = this.#cost(current, estimator) / this.#cost(result.query, estimator);
        current = result.query;
        rewrites.push({ rule: rule.name, reason: result.reason, estimatedGain });
      }
    }
    return { query: current, rewrites };
  }

  #cost(query: StructuredQuery, estimator: Estimator): number {
    return estimator.block(buildBlock(query, this.#catalog)).cost;
  }

  #limited(query: StructuredQuery): StructuredQuery {
    return this.#rowLimit !== undefined && this.#cuts(query) ? { ...query, limit: this.#rowLimit } : query;
  }

  /** Whether the row limit applies: the query gives back rows as they are, and might give back more. */
  #cuts(query: StructuredQuery): boolean {
    const grouped =
      query.groupBy !== undefined ||
      (query.select ?? []).some((item) => typeof item === 'object' && 'aggregate' in item);
    return this.#rowLimit !== undefined && !grouped && (query.limit ?? Infinity) > this.#rowLimit;
  }
}
