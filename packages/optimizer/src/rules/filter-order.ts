import type { Filter, StructuredQuery } from '@perf/contracts';
import { buildBlock } from '../block.ts';
import type { Predicate } from '../block.ts';
import {
  conjunctionCost,
  conjunctionRank,
  disjunctionCost,
  disjunctionRank,
  orderFilters,
} from '../filter-rank.ts';
import type { Estimator } from '../estimate.ts';
import type { Rule } from './rule.ts';

/** Gain under which an order is left as it was written. */
const LEAST_GAIN = 1.01;

/**
 * Orders the members of every `and` and `or` of `where` by rank, so that cheap and decisive filters run first.
 * Safe because every operator is pure, cannot fail on any row, and AND and OR are commutative in three-valued logic.
 */
export const filterOrder: Rule = {
  name: 'filter-order',
  apply(query, { catalog, estimator }) {
    const { where } = buildBlock(query, catalog);
    if (query.where === undefined || where === undefined) return undefined;
    const before = estimator.predicate(where).cost;
    const ordered = orderedFilter(query.where, where, estimator);
    const after = ordered.cost;
    if (!(before / after > LEAST_GAIN)) return undefined;
    const next: StructuredQuery = { ...query, where: ordered.filter };
    const reason = `filters by rank (selectivity − 1) / cost: expected cost of a row ${before.toFixed(1)} → ${after.toFixed(1)}`;
    return { query: next, reason };
  },
};

interface Ordered {
  readonly filter: Filter;
  readonly selectivity: number;
  readonly cost: number;
}

function orderedFilter(filter: Filter, predicate: Predicate, estimator: Estimator): Ordered {
  if ('and' in filter && predicate.kind === 'and') {
    const parts = orderFilters(members(filter.and, predicate, estimator), conjunctionRank);
    const selectivity = parts.reduce((share, part) => share * part.selectivity, 1);
    return { filter: { and: parts.map((part) => part.filter) }, selectivity, cost: conjunctionCost(parts) };
  }
  if ('or' in filter && predicate.kind === 'or') {
    const parts = orderFilters(members(filter.or, predicate, estimator), disjunctionRank);
    const selectivity = 1 - parts.reduce((share, part) => share * (1 - part.selectivity), 1);
    return { filter: { or: parts.map((part) => part.filter) }, selectivity, cost: disjunctionCost(parts) };
  }
  if ('not' in filter && predicate.kind === 'not') {
    const part = orderedFilter(filter.not, predicate.part, estimator);
    return { filter: { not: part.filter }, selectivity: 1 - part.selectivity, cost: part.cost };
  }
  const { value, cost } = estimator.predicate(predicate);
  return { filter, selectivity: value, cost };
}

function members(
  filters: readonly Filter[],
  predicate: { readonly parts: readonly Predicate[] },
  estimator: Estimator,
): Ordered[] {
  return filters.flatMap((filter, i) => {
    const part = predicate.parts[i];
    return part === undefined ? [] : [orderedFilter(filter, part, estimator)];
  });
}
