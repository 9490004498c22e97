import type { Expr } from '../sql/expr.ts';
import type { Leaf } from '../sql/query.ts';
import { columnsIn } from '../sql/walk.ts';
import type { JoinEstimator } from './join-estimator.ts';

/** Tables of a set up to which it is estimated as a whole: each set takes some milliseconds, and there are many. */
const MOST_TABLES = 3;

/**
 * Estimates joins of a few relations at a time; relation i is bit i of a set. Undefined of larger sets, and of those that hold what is no table.
 * @param conditions those that name other relations than a set has are no part of it
 */
export function rowsOfSets(
  estimator: JoinEstimator,
  relations: readonly (Leaf | undefined)[],
  conditions: readonly Expr[],
): (set: number) => number | undefined {
  const places = new Map(relations.flatMap((leaf, i) => (leaf === undefined ? [] : [[leaf.alias, i]])));
  const known = new Map<number, number | undefined>();
  const masks = conditions.map((condition) => ({
    condition,
    mask: columnsIn(condition).reduce((mask, { source }) => mask | (1 << (places.get(source) ?? 31)), 0),
  }));
  const estimated = (set: number): number | undefined => {
    const members = relations.filter((_, i) => ((set >> i) & 1) === 1);
    const tables = members.flatMap((leaf) => (leaf?.kind === 'table' ? [leaf] : []));
    if (members.length > MOST_TABLES || tables.length < members.length) return undefined;
    const own = masks.filter(({ mask }) => mask !== 0 && (mask & ~set) === 0);
    return estimator.estimateJoin({ tables, conditions: own.map(({ condition }) => condition) }).rows;
  };
  return (set) => {
    if (!known.has(set)) known.set(set, estimated(set));
    return known.get(set);
  };
}
