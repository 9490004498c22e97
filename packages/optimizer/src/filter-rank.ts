/** A filter as the order sees it. */
export interface RankedFilter {
  /** Share of rows that pass, 0 to 1. */
  readonly selectivity: number;
  /** Cost of one row, above 0. */
  readonly cost: number;
}

const LEAST_COST = 1e-9;

/**
 * The rank of a filter in a conjunction: (selectivity − 1) / cost. Evaluating filters by ascending rank costs least when
 * they are independent (Hellerstein and Stonebraker, "Predicate Migration", SIGMOD 1993): two neighbours A, B are in the
 * right order exactly when cA + sA·cB ≤ cB + sB·cA.
 */
export function conjunctionRank({ selectivity, cost }: RankedFilter): number {
  return (selectivity - 1) / Math.max(cost, LEAST_COST);
}

/** The rank of a filter in a disjunction, by the same argument on rows that fail: −selectivity / cost. */
export function disjunctionRank({ selectivity, cost }: RankedFilter): number {
  return -selectivity / Math.max(cost, LEAST_COST);
}

/** The founding priority, selectivity · cost. Kept to be compared with: it is not optimal. */
export function foundingPriority({ selectivity, cost }: RankedFilter): number {
  return selectivity * cost;
}

/** The filters in the order of `rank`, equal ranks as they were. */
export function orderFilters<F extends RankedFilter>(
  filters: readonly F[],
  rank: (filter: RankedFilter) => number,
): readonly F[] {
  return filters.toSorted((a, b) => rank(a) - rank(b));
}

/** Expected cost of one row through a conjunction evaluated left to right, for independent filters. */
export function conjunctionCost(filters: readonly RankedFilter[]): number {
  let reaching = 1;
  let cost = 0;
  for (const filter of filters) {
    cost += reaching * filter.cost;
    reaching *= filter.selectivity;
  }
  return cost;
}

/** Expected cost of one row through a disjunction evaluated left to right, for independent filters. */
export function disjunctionCost(filters: readonly RankedFilter[]): number {
  let reaching = 1;
  let cost = 0;
  for (const filter of filters) {
    cost += reaching * filter.cost;
    reaching *= 1 - filter.selectivity;
  }
  return cost;
}
