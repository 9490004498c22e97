import { bestJoin } from '../../search/best-join.ts';
import { JoinConditions } from '../../search/join-conditions.ts';
import { MOST_RELATIONS } from '../../search/join-graph.ts';
import { followsText } from '../../search/join-list.ts';
import { joinRegion } from '../../search/join-region.ts';
import type { JoinRegion } from '../../search/join-region.ts';
import { plannedSource } from '../../search/planned-source.ts';
import type { Expr } from '../expr.ts';
import { conjuncts } from '../expr.ts';
import { JoinCost, aliasesOf, withoutOuter } from '../join-cost.ts';
import type { Select, Source } from '../query.ts';
import { leavesOf } from '../query.ts';
import type { CostModel } from '../query-cost.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { columnsIn, hasQuery } from '../walk.ts';
import { tightened } from './inner-join.ts';
import { isMovable } from './movable.ts';
import type { SqlRule } from './sql-rule.ts';

/** Up to so many sources the engine itself looks at every order, where it is told to. */
const MOST_BY_ENGINE = 12;
/** Cost after ÷ before, below which another order counts as cheaper: on a tie the text stays. */
const CHEAPER = 0.999;

/**
 * More sources than the engine puts in order by itself are joined in the order that is expected to cost least. Inner joins change places, left
 * joins go above those that do not need them; conditions move among inner joins alone, and only such as can fail on no row.
 */
export const joinOrder: SqlRule = {
  name: 'join-order',
  engines: { postgres: 'follows the text beyond 8 joined tables' },
  alternatives: (query, { dialect, model }) => {
    const sites = sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      return body.kind === 'select' && body.from?.kind === 'join' ? [{ inner, body, from: body.from }] : [];
    });
    if (sites.every(({ from }) => leavesOf(from).length < 3)) return [];
    const costs = model(query);
    const { reorders } = costs.habits;
    const open = sites.filter(({ from }) => followsText(from, reorders));
    if (open.length === 0) return [];
    // Named queries are known once the whole statement is.
    costs.query(query);
    return open.flatMap(({ inner, body, from }) => {
      const next = reordered(body, from, costs);
      if (next === undefined) return [];
      const count = leavesOf(from).length;
      const setting =
        count > MOST_BY_ENGINE || dialect !== 'postgres'
          ? ''
          : `; SET LOCAL join_collapse_limit = ${count} would have the engine look for an order itself`;
      return [
        {
          query: swapQuery(query, inner, { ...inner, body: { ...body, from: next } }),
          reason: `${count} sources are joined in the order that is expected to leave the fewest rows${setting}`,
          facts: [],
        },
      ];
    });
  },
};

function reordered(select: Select, from: Source, costs: CostModel): Source | undefined {
  if (leavesOf(from).some((leaf) => leaf.kind === 'derived' && leaf.lateral)) return undefined;
  const region = joinRegion(strict(from, select.where));
  const { units } = region;
  if (units.length < 3 || units.length > MOST_RELATIONS || !isFree(region)) return undefined;
  const own = aliasesOf(from);
  const where = conjuncts(select.where).filter((part) => !hasQuery(part));
  const conditions = [...where, ...region.conditions].map((part) => withoutOuter(part, own));
  const joins = new JoinCost(costs);
  const relations = units.map((unit) => joins.relation(unit, conditions));
  const plan = bestJoin(joins.graph(relations, conditions));
  if (plan === undefined) return undefined;
  const next = plannedSource(region, plan, equalColumns(units, conditions, costs));
  return joins.of(next, where).cost < joins.of(from, where).cost * CHEAPER ? next : undefined;
}

function equalColumns(
  units: readonly Source[],
  conditions: readonly Expr[],
  { shapes }: CostModel,
): JoinConditions['classes'] {
  const between = new JoinConditions(units.map(aliasesOf), shapes);
  for (const part of conditions) between.add(part);
  return between.classes;
}

/** Left joins whose nulls WHERE refuses as the inner joins that they are. */
function strict(from: Source, where: Expr | undefined): Source {
  const next = where === undefined ? undefined : tightened(from, where);
  return next === undefined ? from : strict(next, where);
}

/** Whether all conditions between parts may be asked earlier or later. */
function isFree({ units, conditions }: JoinRegion): boolean {
  const aliases = units.map(aliasesOf);
  return conditions.every((condition) => {
    const needed = columnsIn(condition);
    const joined = aliases.filter((each) => needed.some(({ source }) => each.has(source)));
    return joined.length < 2 || isMovable(condition);
  });
}
