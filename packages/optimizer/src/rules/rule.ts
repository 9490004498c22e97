import type { Catalog, StructuredQuery } from '@perf/contracts';
import type { Estimator } from '../estimate.ts';

/** What a rule may look at. */
export interface RuleContext {
  readonly catalog: Catalog;
  readonly estimator: Estimator;
}

/** What a rule did. */
export interface RuleResult {
  readonly query: StructuredQuery;
  readonly reason: string;
}

/**
 * One rewrite: a pure function from a checked query to a checked query with the same answer, or undefined when its
 * preconditions are not proven or nothing would change.
 */
export interface Rule {
  readonly name: string;
  apply(query: StructuredQuery, context: RuleContext): RuleResult | undefined;
}
