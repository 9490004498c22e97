import type { Expr } from '../expr.ts';
import { allOf, anyOf, call, conjuncts, disjuncts } from '../expr.ts';
import type { Query, Select } from '../query.ts';
import { bare, leavesOf } from '../query.ts';
import { hasAggregate } from '../walk.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { correlationOf } from './correlation.ts';
import type { RuleContext, SqlRule } from './sql-rule.ts';

/**
 * EXISTS by equality becomes IN, whose list is made once: for engines that run EXISTS once a row. Where it must be true of a row, the null
 * that IN gives and EXISTS does not is as good as false. NOT EXISTS becomes NOT IN of a list without nulls, or a null on the left.
 */
export const existsIn: SqlRule = {
  name: 'exists-in',
  engines: {
    sqlite: 'more than 206× under OR, as it runs EXISTS once a row',
    mysql: 'under OR and NOT, where it runs EXISTS once a row',
  },
  margin: 0.7,
  alternatives: (query, context) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.where === undefined) return [];
      let changes = 0;
      const where = allOf(
        conjuncts(body.where).flatMap((part) => {
          const parts = disjuncts(part);
          if (context.dialect === 'mysql' && parts.length === 1 && part.kind === 'query') return [part];
          const next = parts.map((each) => listed(each, body, context) ?? each);
          const changed = next.some((each, i) => each !== parts[i]);
          if (changed) changes++;
          return [changed ? anyOf(next) : part];
        }),
      );
      if (changes === 0) return [];
      const next: Query = { ...inner, body: { ...body, where } };
      return [
        {
          query: swapQuery(query, inner, next),
          reason: 'rows that exist are listed once instead of looked for once a row',
          facts: [],
        },
      ];
    }),
};

function listed(condition: Expr, around: Select, context: RuleContext): Expr | undefined {
  const isNot = condition.kind === 'call' && condition.name === 'not';
  const exists = isNot ? condition.args[0] : condition;
  if (exists?.kind !== 'query' || exists.form !== 'exists') return undefined;
  const aliases = new Set(leavesOf(around.from).map(({ alias }) => alias));
  const correlation = correlationOf(exists.query, around, aliases, context.shapes);
  if (correlation === undefined) return undefined;
  const { select, pairs, own } = correlation;
  // An aggregate without groups gives a row even of nothing.
  if (
    select.group.length > 0 ||
    select.having !== undefined ||
    select.output.some(({ expr }) => hasAggregate(expr))
  )
    return undefined;
  const present = pairs.map(({ inner }) => call('not', call('is null', inner)));
  const list: Select = {
    ...select,
    distinct: false,
    output: pairs.map(({ inner }, i) => ({ expr: inner, name: `k${i + 1}` })),
    where: allOf([...own, ...(isNot ? present : [])]),
  };
  const outers = pairs.map(({ outer }) => outer);
  const [first] = outers;
  if (first === undefined) return undefined;
  const test = outers.length === 1 ? first : call('row', ...outers);
  const inList: Expr = { kind: 'query', form: 'in', test, query: bare(list) };
  if (!isNot) return inList;
  const nulls = outers
    .filter((outer) => context.shapes.facts(outer, around).nullable)
    .map((outer) => call('is null', outer));
  return anyOf([...nulls, call('not', inList)]);
}
