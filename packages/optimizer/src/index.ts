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
export { PLAN_FORMATS } from './plan/plan-reading.ts';
export type { PlanFormat, ReadPlan } from './plan/plan-reading.ts';
export { planFigures, qError } from './plan/plan-figures.ts';
export type { NodeFigures, PlanFigures } from './plan/plan-figures.ts';
export { planFindings } from './plan/plan-findings.ts';
export type { FindingKind, FindingOptions, FindingSeverity, PlanFinding } from './plan/plan-findings.ts';
export { readPlan } from './plan/read-plan.ts';
export { redactPlan } from './plan/redact-plan.ts';
export { planMermaid } from './viz/plan-mermaid.ts';
export { renderPlan } from './viz/plan-text.ts';
export type { PlanTextOptions } from './viz/plan-text.ts';
