import type { ExecutionPlan } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** Most nodes of a plan that is read or drawn. */
const MOST_NODES = 20_000;
/** Deepest nesting of a plan that is read or drawn. */
const MOST_DEPTH = 1000;

/** A node and where it stands. */
export interface PlanPlace {
  readonly node: ExecutionPlan;
  /** Place of the parent in the list; −1 for the root. */
  readonly parent: number;
  /** 0 for the root. */
  readonly depth: number;
  /** How many children of the parent stand before it. */
  readonly order: number;
}

/**
 * All nodes of a plan, parents before children, in the order of the plan. Throws `ERR_PERF_INVALID_VALUE` for more than
 * 20,000 nodes or 1,000 levels, so that what follows may recurse.
 */
export function walkPlan(plan: ExecutionPlan): readonly PlanPlace[] {
  const places: PlanPlace[] = [];
  const left: PlanPlace[] = [{ node: plan, parent: -1, depth: 0, order: 0 }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const at = places.push(place) - 1;
    const { children } = place.node;
    if (places.length + left.length + children.length > MOST_NODES || place.depth >= MOST_DEPTH)
      throw new PerfError(
        'ERR_PERF_INVALID_VALUE',
        `the plan has more than ${MOST_NODES} nodes or ${MOST_DEPTH} levels`,
      );
    for (let order = children.length - 1; order >= 0; order--) {
      const node = children[order];
      if (node !== undefined) left.push({ node, parent: at, depth: place.depth + 1, order });
    }
  }
  return places;
}

/** The plan with each node put through `change`, children first. */
export function mapPlan(plan: ExecutionPlan, change: (node: ExecutionPlan) => ExecutionPlan): ExecutionPlan {
  walkPlan(plan);
  const mapped = (node: ExecutionPlan): ExecutionPlan =>
    change({ ...node, children: node.children.map(mapped) });
  return mapped(plan);
}
