import type { Expr } from '../sql/expr.ts';
import { allOf, call } from '../sql/expr.ts';
import type { Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { columnsIn } from '../sql/walk.ts';
import type { RelationColumn } from './join-conditions.ts';
import type { JoinPlan } from './join-graph.ts';
import type { JoinRegion } from './join-region.ts';

/**
 * The sources of a region joined as a plan says. Every condition stands at the first join that has all it names; where none does, columns that
 * are equal by way of others are compared themselves.
 *
 * @param classes columns that are all equal, by the units that have them
 */
export function plannedSource(
  { units, conditions, left }: JoinRegion,
  plan: JoinPlan,
  classes: readonly (readonly RelationColumn[])[],
): Source {
  const own = new Set(units.flatMap(aliasesIn));
  const open = conditions.map((condition) => ({
    condition,
    needed: columnsIn(condition).flatMap(({ source }) => (own.has(source) ? [source] : [])),
  }));
  let joined = joinedBy(plan);
  for (const join of left) joined = { ...join, left: joined };
  return joined;

  function joinedBy(part: JoinPlan): Source {
    if (part.left === undefined || part.right === undefined) {
      const unit = units[31 - Math.clz32(part.set)];
      if (unit === undefined) throw new RangeError('the plan is of another region');
      return unit;
    }
    const sides = { left: joinedBy(part.left), right: joinedBy(part.right) };
    const [here, there] = [new Set(aliasesIn(sides.left)), new Set(aliasesIn(sides.right))];
    const placed = open.filter(({ needed }) => needed.every((alias) => here.has(alias) || there.has(alias)));
    for (const each of placed) open.splice(open.indexOf(each), 1);
    const isJoined = placed.some(
      ({ needed }) => needed.some((alias) => here.has(alias)) && needed.some((alias) => there.has(alias)),
    );
    const implied = isJoined ? [] : impliedBetween(part.left.set, part.right.set);
    const on = allOf([...placed.map(({ condition }) => condition), ...implied]);
    return { kind: 'join', type: on === undefined ? 'cross' : 'inner', ...sides, on };
  }

  function impliedBetween(here: number, there: number): readonly Expr[] {
    return classes.flatMap((columns) => {
      const a = columns.find(({ relation }) => ((here >> relation) & 1) === 1);
      const b = columns.find(({ relation }) => ((there >> relation) & 1) === 1);
      return a === undefined || b === undefined ? [] : call('=', columnOf(a), columnOf(b));
    });
  }
}

function columnOf({ source, name }: RelationColumn): Expr {
  return { kind: 'column', source, name };
}

function aliasesIn(source: Source): readonly string[] {
  return leavesOf(source).map(({ alias }) => alias);
}
