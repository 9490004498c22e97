import { cheapestPlan } from './dphyp.ts';
import type { JoinGraph, JoinPlan } from './join-graph.ts';

/** Parts of a plan that are put in order anew together, and pairs weighed for that. */
const PARTS = 6;
const MOST_PAIRS = 400;
/** Times that a whole plan is gone through. */
const MOST_PASSES = 2;

/**
 * A plan by joining what gives the fewest rows, again and again (greedy operator ordering: Fegaras, DEXA 1998). Undefined when there is
 * nothing to join.
 */
export function greedyPlan(graph: JoinGraph): JoinPlan | undefined {
  const plans = [...graph.leaves];
  while (plans.length > 1) {
    let best:
      | { readonly joined: JoinPlan; readonly i: number; readonly k: number; readonly apart: boolean }
      | undefined;
    for (let i = 0; i < plans.length; i++)
      for (let k = i + 1; k < plans.length; k++) {
        const [a, b] = [plans[i], plans[k]];
        if (a === undefined || b === undefined) continue;
        const apart = !graph.areJoined(a.set, b.set);
        if (apart && best?.apart === false) continue;
        const joined = graph.join(a, b);
        if (best === undefined || (best.apart && !apart) || joined.rows < best.joined.rows)
          best = { joined, i, k, apart };
      }
    if (best === undefined) return undefined;
    plans.splice(best.k, 1);
    plans[best.i] = best.joined;
  }
  return plans[0];
}

/**
 * The plan with its parts in better order, as long as that pays: the few parts around each join are put in the cheapest of all orders
 * (iterative dynamic programming: Kossmann and Stocker, TODS 2000).
 */
export function improvedPlan(graph: JoinGraph, plan: JoinPlan): JoinPlan {
  let best = plan;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const next = improvedOnce(graph, best);
    if (next.cost >= best.cost) break;
    best = next;
  }
  return best;
}

function improvedOnce(graph: JoinGraph, plan: JoinPlan): JoinPlan {
  if (plan.left === undefined || plan.right === undefined) return plan;
  const joined = graph.join(improvedOnce(graph, plan.left), improvedOnce(graph, plan.right));
  const found = cheapestPlan(graph, partsOf(joined), MOST_PAIRS);
  return found !== undefined && found.cost < joined.cost ? found : joined;
}

/** The few parts that a plan is made of, the dearest ones taken apart. */
function partsOf(plan: JoinPlan): readonly JoinPlan[] {
  const parts = [plan];
  while (parts.length < PARTS) {
    const [dearest] = parts.filter(({ left }) => left !== undefined).toSorted((a, b) => b.cost - a.cost);
    if (dearest?.left === undefined || dearest.right === undefined) break;
    parts.splice(parts.indexOf(dearest), 1, dearest.left, dearest.right);
  }
  return parts;
}
