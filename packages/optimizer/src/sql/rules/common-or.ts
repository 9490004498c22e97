import type { Expr } from '../expr.ts';
import { allOf, anyOf, conjuncts, disjuncts, isSame } from '../expr.ts';
import { columnsIn } from '../walk.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/**
 * What every branch of an OR asks is asked once beside it: `(a AND b) OR (a AND c)` is `a AND (b OR c)` in three values too. A join condition
 * that stood in each branch can then join.
 */
export const commonOr: SqlRule = {
  name: 'common-or',
  engines: { mysql: '1.4×' },
  margin: 1,
  alternatives: (query) => eachCondition(query, factored),
};

function factored(condition: Expr): ChangedCondition | undefined {
  const branches = disjuncts(condition).map(conjuncts);
  const [first, ...others] = branches;
  if (first === undefined || others.length === 0) return undefined;
  const common = first.filter(
    (part) => columnsIn(part).length > 0 && others.every((parts) => parts.some((each) => isSame(each, part))),
  );
  if (common.length === 0) return undefined;
  const rest = branches.map((parts) =>
    allOf(parts.filter((part) => !common.some((each) => isSame(each, part)))),
  );
  // A branch that asks nothing more makes the others needless.
  const either = rest.every((each) => each !== undefined) ? [anyOf(rest)] : [];
  const next = allOf([...common, ...either]);
  return next === undefined
    ? undefined
    : { condition: next, reason: 'what every branch of an OR asks is asked once', facts: [] };
}
