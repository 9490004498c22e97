import { cheapestPlan } from './dphyp.ts';
import { greedyPlan, improvedPlan } from './greedy-join.ts';
import type { JoinGraph, JoinPlan } from './join-graph.ts';

/** Pairs of sub-plans weighed at most: a star of 11 relations has 5,120, a chain of 20 has 1,330, a clique of 8 has 3,025. */
const MOST_PAIRS = 10_000;
/** Conditions looked at for all these pairs at most: each pair looks at all there are. */
const MOST_LOOKS = 150_000;

/**
 * The cheapest plan found that joins all relations: of all plans where they are few or sparsely joined, else by a greedy search and local
 * improvement. Undefined when there is no relation.
 */
export function bestJoin(graph: JoinGraph): JoinPlan | undefined {
  const looks = graph.edges.length + graph.classes.length;
  const exact = cheapestPlan(graph, graph.leaves, Math.min(MOST_PAIRS, MOST_LOOKS / Math.max(1, looks)));
  if (exact !== undefined) return exact;
  const greedy = greedyPlan(graph);
  return greedy === undefined ? undefined : improvedPlan(graph, greedy);
}
