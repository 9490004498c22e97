import type { Expr } from '../expr.ts';
import { anyOf, call, disjuncts, isSame } from '../expr.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/** `a = 1 OR a = 2` becomes `a IN (1, 2)`: the same in three values, whatever a is. */
export const orIn: SqlRule = {
  name: 'or-in',
  engines: {
    postgres: 'one scan of an index instead of several',
    sqlite: 'one search',
    mysql: 'one range scan',
  },
  margin: 1,
  alternatives: (query) => eachCondition(query, gathered),
};

function gathered(condition: Expr): ChangedCondition | undefined {
  const parts = disjuncts(condition);
  if (parts.length < 2) return undefined;
  const groups: { readonly tested: Expr; readonly values: Expr[] }[] = [];
  const others: Expr[] = [];
  for (const part of parts) {
    const [tested, ...values] =
      part.kind === 'call' && (part.name === '=' || part.name === 'in') ? part.args : [];
    if (
      tested?.kind !== 'column' ||
      !values.every((value) => value.kind === 'literal' || value.kind === 'parameter')
    )
      others.push(part);
    else {
      const group = groups.find((each) => isSame(each.tested, tested));
      if (group === undefined) groups.push({ tested, values });
      else group.values.push(...values);
    }
  }
  if (groups.length + others.length === parts.length) return undefined;
  const lists = groups.map(({ tested, values: [first, ...more] }) =>
    more.length === 0 && first !== undefined
      ? call('=', tested, first)
      : call('in', tested, ...(first === undefined ? [] : [first]), ...more),
  );
  return {
    condition: anyOf([...lists, ...others]),
    reason: 'several values of one column are one list',
    facts: [],
  };
}
