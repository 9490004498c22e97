import type { AggregateCall, Expr } from '../expr.ts';
import { column, isSame } from '../expr.ts';
import type { Query, Select } from '../query.ts';
import { bare } from '../query.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { columnsIn, hasAggregate, hasQuery, hasWindow, mapDown, outerSources, partsOf } from '../walk.ts';
import type { Alternative, RuleContext, SqlRule } from './sql-rule.ts';

/**
 * Distinct values that are only counted become rows of a DISTINCT, which are then counted: engines that sort the values of each group make
 * a hash table of the rows instead. A group of nulls alone keeps its row, and its count of 0.
 */
export const countDistinct: SqlRule = {
  name: 'count-distinct',
  engines: { postgres: '0.6–1.5×, by cost', mysql: '2.3–2.6×' },
  margin: 0.9,
  alternatives: (query, context) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      // Of all rows at once it is slower where it was measured.
      if (body.kind !== 'select' || body.distinct || body.from === undefined || body.group.length === 0)
        return [];
      return counted(query, inner, body, context) ?? [];
    }),
};

function counted(
  root: Query,
  inner: Query,
  select: Select,
  { dialect, fresh }: RuleContext,
): Alternative | undefined {
  const { output, group, having } = select;
  const shown = [
    ...output.map(({ expr }) => expr),
    ...inner.order.map(({ expr }) => expr),
    ...(having === undefined ? [] : [having]),
  ];
  if ([...shown, ...group].some((expr) => hasQuery(expr) || hasWindow(expr)) || group.some(hasAggregate))
    return undefined;
  const [first, ...others] = shown.flatMap(aggregatesIn);
  const value = first === undefined ? undefined : countedIn(first);
  if (value === undefined || !others.every((each) => first !== undefined && isSame(each, first)))
    return undefined;
  const rows = bare({
    ...select,
    distinct: true,
    output: [...group.map((expr, i) => ({ expr, name: `k${i + 1}` })), { expr: value, name: 'v' }],
    group: [],
    having: undefined,
  });
  // MariaDB lets no query in FROM name what stands around.
  if (dialect === 'mysql' && outerSources(rows).size > 0) return undefined;
  const alias = fresh('apart');
  const go = (expr: Expr): Expr =>
    mapDown(expr, (part) => {
      if (part.kind === 'aggregate') return { ...part, distinct: false, args: [column(alias, 'v')] };
      const key = group.findIndex((each) => isSame(each, part));
      return key < 0 ? undefined : column(alias, `k${key + 1}`);
    });
  const next: Select = {
    kind: 'select',
    distinct: false,
    output: output.map((each) => ({ ...each, expr: go(each.expr) })),
    from: {
      kind: 'derived',
      query: rows,
      alias,
      lateral: false,
    },
    where: undefined,
    group: group.map(go),
    having: having === undefined ? undefined : go(having),
  };
  const order = inner.order.map((item) => ({ ...item, expr: go(item.expr) }));
  // What is neither a group nor counted is the value of some row.
  const left = [...next.output, ...order].flatMap(({ expr }) => columnsIn(expr));
  const rest = next.having === undefined ? left : [...left, ...columnsIn(next.having)];
  if (rest.some(({ source }) => source !== alias)) return undefined;
  return {
    query: swapQuery(root, inner, { ...inner, body: next, order }),
    reason: 'distinct values are told apart as rows before they are counted',
    facts: [],
  };
}

/** What is counted, when an aggregate counts distinct values of a column and does nothing else. */
function countedIn({ name, distinct, filter, args: [value, more] }: AggregateCall): Expr | undefined {
  const isCount = name === 'count' && distinct && filter === undefined && more === undefined;
  return isCount && value?.kind === 'column' ? value : undefined;
}

function aggregatesIn(expr: Expr): readonly AggregateCall[] {
  return expr.kind === 'aggregate' ? [expr] : partsOf(expr).flatMap(aggregatesIn);
}
