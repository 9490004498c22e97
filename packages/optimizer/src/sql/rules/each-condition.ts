import type { Expr } from '../expr.ts';
import { allOf, conjuncts } from '../expr.ts';
import type { Query, Select } from '../query.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { Alternative } from './sql-rule.ts';

/** What becomes of one condition. */
export interface ChangedCondition {
  /** True for exactly the rows of which the old one was; it may be null where that was false. */
  readonly condition: Expr;
  readonly reason: string;
  readonly facts: readonly string[];
}

/** Tries a change on every part of every WHERE that must be true of a row. */
export function eachCondition(
  query: Query,
  change: (condition: Expr, select: Select) => ChangedCondition | undefined,
): readonly Alternative[] {
  return sitesOf(query).flatMap(({ query: inner }) => {
    const { body } = inner;
    if (body.kind !== 'select' || body.where === undefined) return [];
    const parts = conjuncts(body.where);
    return parts.flatMap((part, i) => {
      const changed = change(part, body);
      if (changed === undefined) return [];
      const where = allOf(parts.with(i, changed.condition).flatMap(conjuncts));
      return [{ ...changed, query: swapQuery(query, inner, { ...inner, body: { ...body, where } }) }];
    });
  });
}
