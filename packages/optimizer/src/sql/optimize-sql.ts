import type { Catalog, QueryStatistics, Rewrite } from '@perf/contracts';
import type { EngineCosts } from './engine-habits.ts';
import { mustOnlyRead } from './must-only-read.ts';
import { orderedBy } from './ordered-by.ts';
import { printQuery } from './print-query.ts';
import type { Query } from './query.ts';
import type { QueryCost } from './query-cost.ts';
import { CostModel } from './query-cost.ts';
import { readStatement } from './read-statement.ts';
import type { Alternative, RuleContext, SqlRule } from './rules/sql-rule.ts';
import { SQL_RULES } from './rules/sql-rules.ts';
import type { SecurityPredicate } from './security.ts';
import { SecurityGuard } from './security.ts';
import { Shapes } from './shapes.ts';
import type { JoinEstimator } from '../stats/join-estimator.ts';
import { isUndetermined } from './undetermined.ts';
import type { SqlName } from './sql-name.ts';

/** How a statement is optimized. */
export interface OptimizeSqlOptions {
  readonly dialect: SqlName;
  /** What the tables are; keys and foreign keys count where they are enforced. */
  readonly catalog: Catalog;
  /** @default none: estimates rest on defaults */
  readonly statistics?: QueryStatistics;
  /** What is known of joins, for the rows that they give. @default none: the statistics of single columns tell */
  readonly cardinality?: JoinEstimator;
  /** What the engine's steps cost on its machine, as `perf-bench calibrate` measures it. @default ENGINE_COSTS */
  readonly costs?: Partial<EngineCosts>;
  /** Rules left out. @default none */
  readonly disable?: readonly string[];
  /** `none` takes every change that is proven, whatever it costs: to test the proofs. @default 'cost' */
  readonly gate?: 'cost' | 'none';
  /**
   * Whether every date is a day of the years 1000 to 9999, and as text written as ISO 8601 (on Postgres the session's DateStyle says how).
   * Dates before Christ and MySQL's days and months of 0 are none. @default false, but on SQLite, where the engine refuses others
   */
  readonly plainDates?: boolean;
  /**
   * Filters on rows that must survive. A statement that reads one of their tables without them beside it is left alone, and of the others
   * every form keeps them beside their tables. @default none
   */
  readonly security?: readonly SecurityPredicate[];
  /** Refuses what is not one SELECT or WITH statement. @default true */
  readonly readOnly?: boolean;
}

/** A change to a statement, and what it rests on. */
export interface SqlRewrite extends Rewrite {
  /** Facts of the catalogue without which it does not hold. */
  readonly facts: readonly string[];
}

/** Why a rule that could be applied was not. */
export interface RefusedRewrite {
  readonly rule: string;
  readonly reason: string;
}

/** A statement made ready to run. */
export interface OptimizedSql {
  readonly original: string;
  /** The statement to run; the original to the letter where nothing was changed. */
  readonly text: string;
  /** Empty when nothing was changed. */
  readonly rewrites: readonly SqlRewrite[];
  readonly refused: readonly RefusedRewrite[];
  /** The statement after each of `rewrites`, so that a gate can take the first ones alone. */
  readonly steps: readonly string[];
  /** Numbers of the output columns by which the answer is ordered: the rest of the order may differ from run to run. */
  readonly orderedBy: readonly number[];
  /** Why the statement was not looked into; absent: it was. */
  readonly unread?: string;
  /** Of the text given back, and of the original, in units of reading one row; undefined: not read. */
  readonly estimate?: QueryCost;
  readonly originalEstimate?: QueryCost;
}

/** Accepted changes of one statement, so that no rule can loop. */
const MOST_REWRITES = 24;
/** Forms of one statement whose cost is estimated, so that a long one does not take long. */
const MOST_TRIED = 300;
/** Cost after ÷ before, up to which a change counts as none: estimates are no finer. */
const SAME = 1.001;

/**
 * Writes a statement anew where a rule proves the answer the same and the estimate says that it is cheaper. Pure: it reads only what it is
 * given. A statement that is not understood to its last word comes back as it is, with the reason. Whether an engine agrees is asked apart.
 * Throws `ERR_PERF_INVALID_QUERY` for what may change data, unless `readOnly` is false.
 *
 * @example
 * const { text, rewrites } = optimizeSql(sql, { dialect: 'postgres', catalog, statistics });
 */
export function optimizeSql(original: string, options: OptimizeSqlOptions): OptimizedSql {
  const { dialect, catalog, statistics = { tables: new Map() }, disable = [], readOnly = true } = options;
  if (readOnly) mustOnlyRead(original, dialect);
  const read = readStatement(original, dialect, catalog);
  if ('reason' in read) return left(original, read.reason);
  if (isUndetermined(read.query, new Shapes(read.query, dialect)))
    return left(original, 'it shows one of several texts that a collation takes for one');
  const guard = new SecurityGuard(options.security ?? [], dialect, catalog);
  if (!guard.isClosed(read.query))
    return left(original, 'a security predicate does not stand beside its table');
  const switchedOff = new Set(disable);
  const rules = SQL_RULES.filter(
    (rule) =>
      !switchedOff.has(rule.name) &&
      rule.engines[dialect] !== undefined &&
      (rule.reorders !== true || (options.security ?? []).length === 0),
  );
  const { plainDates = dialect === 'sqlite', gate = 'cost' } = options;
  // What is known of the sources of a form serves every rule that looks at it.
  const models = new WeakMap<Query, CostModel>();
  const model = (query: Query): CostModel => {
    const known = models.get(query) ?? new CostModel(query, statistics, dialect, options);
    models.set(query, known);
    return known;
  };
  const search = new Search(rules, { dialect, plainDates, fresh: read.fresh, model }, { gate, guard });
  const { queries, rewrites, refused, cost, costBefore } = search.best(read.query);
  const steps = queries.map((query) => printQuery(query, dialect));
  return {
    original,
    text: steps.at(-1) ?? original,
    rewrites,
    refused,
    steps,
    orderedBy: orderedBy(read.query),
    estimate: cost,
    originalEstimate: costBefore,
  };
}

/** A statement that was not looked into. */
function left(original: string, unread: string): OptimizedSql {
  return { original, text: original, rewrites: [], refused: [], steps: [], orderedBy: [], unread };
}

interface Found {
  /** After each rewrite. */
  readonly queries: readonly Query[];
  readonly rewrites: readonly SqlRewrite[];
  readonly refused: readonly RefusedRewrite[];
  readonly cost: QueryCost;
  readonly costBefore: QueryCost;
}

/** Applies rules one after another as long as one of them pays. */
class Search {
  readonly #rules: readonly SqlRule[];
  readonly #context: Omit<RuleContext, 'shapes'>;
  readonly #gate: 'cost' | 'none';
  readonly #guard: SecurityGuard;
  #tried = 0;
  readonly #refused = new Map<string, RefusedRewrite>();

  constructor(
    rules: readonly SqlRule[],
    context: Omit<RuleContext, 'shapes'>,
    { gate, guard }: { readonly gate: 'cost' | 'none'; readonly guard: SecurityGuard },
  ) {
    this.#gate = gate;
    this.#guard = guard;
    this.#rules = rules;
    this.#context = context;
  }

  best(query: Query): Found {
    const costBefore = this.#cost(query);
    const rewrites: SqlRewrite[] = [];
    const queries: Query[] = [];
    let [current, cost] = [query, costBefore];
    for (let i = 0; i < this.#rules.length && rewrites.length < MOST_REWRITES && this.#tried < MOST_TRIED;) {
      const rule = this.#rules[i];
      const step = rule === undefined ? undefined : this.#step(rule, current, cost);
      if (rule === undefined || step === undefined) {
        i++;
        continue;
      }
      const { reason, facts } = step.alternative;
      rewrites.push({
        rule: rule.name,
        reason,
        facts,
        estimatedGain: cost.cost / Math.max(step.cost.cost, Number.MIN_VALUE),
      });
      [current, cost] = [step.alternative.query, step.cost];
      queries.push(current);
      // What was changed may let an earlier rule in.
      i = 0;
    }
    for (const { rule } of rewrites) this.#refused.delete(rule);
    return { queries, rewrites, refused: [...this.#refused.values()], cost, costBefore };
  }

  /** The cheapest way to apply a rule once, when that pays. */
  #step(
    rule: SqlRule,
    query: Query,
    before: QueryCost,
  ): { alternative: Alternative; cost: QueryCost } | undefined {
    const context = { ...this.#context, shapes: this.#context.model(query).shapes };
    const found = rule.alternatives(query, context);
    const kept = found.filter((alternative) => this.#guard.keeps(query, alternative.query));
    if (kept.length < found.length)
      this.#refused.set(rule.name, {
        rule: rule.name,
        reason: 'it would part a table from its security predicate',
      });
    const options = kept
      .slice(0, MOST_TRIED - this.#tried)
      .map((alternative) => ({ alternative, cost: this.#cost(alternative.query) }));
    const best = options.toSorted((a, b) => a.cost.cost - b.cost.cost)[0];
    if (best === undefined || !Number.isFinite(best.cost.cost)) return undefined;
    const margin = rule.margin === undefined ? 0.9 : rule.margin * SAME;
    if (this.#gate === 'none' || best.cost.cost <= before.cost * margin) return best;
    const share = (best.cost.cost / before.cost).toPrecision(3);
    this.#refused.set(rule.name, {
      rule: rule.name,
      reason: `its estimated cost is ${share} of that without it`,
    });
    return undefined;
  }

  #cost(query: Query): QueryCost {
    this.#tried++;
    return this.#context.model(query).query(query);
  }
}
