export { SELECTIVITY_DEFAULTS } from './selectivity.ts';
export {
  conjunctionCost,
  conjunctionRank,
  disjunctionCost,
  disjunctionRank,
  foundingPriority,
  orderFilters,
} from './filter-rank.ts';
export type { RankedFilter } from './filter-rank.ts';
export { createOptimizer } from './optimizer.ts';
export type { OptimizerOptions, RuleName } from './optimizer.ts';
export { renderPlan } from './render-plan.ts';
