import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import type { JoinSource, Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { columnsIn } from '../sql/walk.ts';

/** What of a FROM may change places. */
export interface JoinRegion {
  /** Parts that inner joins join in any order; outer joins that must keep their place are one each. */
  readonly units: readonly Source[];
  /** Conditions of these inner joins. */
  readonly conditions: readonly Expr[];
  /** Left joins that may stand above all of them, in the order in which they must follow one another. */
  readonly left: readonly JoinSource[];
}

/**
 * Takes FROM apart. A left join is put above the inner joins around it when none of their conditions names its right side: (A ⟕ B) ⋈ C is
 * (A ⋈ C) ⟕ B whatever the left join asks (Moerkotte, Fender and Eich, SIGMOD 2013). Every other outer join stays one part.
 */
export function joinRegion(from: Source): JoinRegion {
  const found = { units: [] as Source[], conditions: [] as Expr[], left: [] as JoinSource[] };
  collect(from, new Set(), found);
  return found;
}

/** @param needed sources that inner joins above name */
function collect(
  source: Source,
  needed: ReadonlySet<string>,
  found: { readonly units: Source[]; readonly conditions: Expr[]; readonly left: JoinSource[] },
): void {
  if (source.kind === 'join' && (source.type === 'inner' || source.type === 'cross')) {
    const conditions = conjuncts(source.on);
    const more = new Set([...needed, ...conditions.flatMap(columnsIn).map((column) => column.source)]);
    collect(source.left, more, found);
    collect(source.right, more, found);
    found.conditions.push(...conditions);
    return;
  }
  if (
    source.kind === 'join' &&
    source.type === 'left' &&
    !leavesOf(source.right).some(({ alias }) => needed.has(alias))
  ) {
    collect(source.left, needed, found);
    found.left.push(source);
    return;
  }
  found.units.push(source);
}
