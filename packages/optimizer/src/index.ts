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
export { diffPlans } from './viz/diff-plans.ts';
export type { DiffStep, PlanDiff, StepChange } from './viz/diff-plans.ts';
export { planHtml } from './viz/plan-html.ts';
export type { PlanPageOptions, PlanPair } from './viz/plan-html.ts';
export { planMermaid } from './viz/plan-mermaid.ts';
export { PLAN_STYLE, planSvg } from './viz/plan-svg.ts';
export type { PlanPictureOptions, PlanSvgOptions } from './viz/plan-svg.ts';
export { renderPlan } from './viz/plan-text.ts';
export type { PlanTextOptions } from './viz/plan-text.ts';
export { bestJoin } from './search/best-join.ts';
export { cheapestPlan } from './search/dphyp.ts';
export { greedyPlan, improvedPlan } from './search/greedy-join.ts';
export { JoinGraph, MOST_RELATIONS } from './search/join-graph.ts';
export type {
  EqualColumn,
  EqualColumns,
  JoinConditionList,
  JoinEdge,
  JoinPlan,
  JoinPrice,
  JoinSide,
  JoinWay,
  RelationSet,
} from './search/join-graph.ts';
export { analyzeWorkload } from './sql/analyze-workload.ts';
export type { AnalyzedStatement } from './sql/analyze-workload.ts';
export { decideSql } from './sql/decide-sql.ts';
export type { DecideOptions, SqlVerdict } from './sql/decide-sql.ts';
export { ENGINE_COSTS } from './sql/engine-habits.ts';
export type { EngineCosts } from './sql/engine-habits.ts';
export { explainChange } from './sql/explain-change.ts';
export type { RuleOutcome } from './sql/explain-change.ts';
export { optimizeSql } from './sql/optimize-sql.ts';
export type { OptimizeSqlOptions, OptimizedSql, RefusedRewrite, SqlRewrite } from './sql/optimize-sql.ts';
export type { QueryCost } from './sql/query-cost.ts';
export type { SecurityPredicate } from './sql/security.ts';
export { SQL_RULES } from './sql/rules/sql-rules.ts';
export type { SqlRule } from './sql/rules/sql-rule.ts';
export type { SqlName } from './sql/sql-name.ts';
export { adviseIndexes } from './advisor/advise-indexes.ts';
export type { AdviseOptions } from './advisor/advise-indexes.ts';
export { nestedLoopCost } from './advisor/plan-cost.ts';
export type {
  AdvisedIndex,
  AdvisedStatement,
  AskCost,
  Confidence,
  IndexAdvice,
  IndexDrop,
  PartitionAdvice,
  StatementGain,
} from './advisor/advice.ts';
export { AdaptiveFilter } from './filters/adaptive-filter.ts';
export type { AdaptiveFilterOptions, AdaptiveTest } from './filters/adaptive-filter.ts';
export { bestOrder } from './filters/best-order.ts';
export type { BestOrderOptions } from './filters/best-order.ts';
export { PassSample } from './filters/pass-sample.ts';
export { compileFilter } from './exec/compile-filter.ts';
export type { CompileFilterOptions, CompileOptions, CompiledFilter } from './exec/compile-filter.ts';
export type { RowRecord } from './exec/cell-reader.ts';
export { compileProject } from './exec/compile-project.ts';
export type { AnswerRow, ProjectedColumn } from './exec/compile-project.ts';
export { executeRows } from './exec/execute-rows.ts';
export { groupBy } from './exec/group-by.ts';
export type { GroupAggregate } from './exec/group-by.ts';
export { rowOrder } from './exec/row-order.ts';
export type { RowOrderKey } from './exec/row-order.ts';
export type { Key, Slot } from './exec/row-test.ts';
export { topK } from './exec/top-k.ts';
export { bigQueryBytes } from './budget/bigquery-bytes.ts';
export type { BigQueryFacts, BytesEstimate, TableBytes } from './budget/bigquery-bytes.ts';
export type { BigQueryPartition, BigQueryTable, PartitionUnit } from './budget/bigquery-table.ts';
export { CostGuard } from './budget/cost-guard.ts';
export type { Admission, CostGuardOptions, CostWarning, Spending } from './budget/cost-guard.ts';
export { COST_LIMITS, bigQueryDollars, bytesForDollars } from './budget/cost-limits.ts';
export type { BytePrice, CostLimits } from './budget/cost-limits.ts';
export { isUpperBound, readDryRun } from './budget/dry-run.ts';
export type { DryRun } from './budget/dry-run.ts';
export type { KillTarget } from './gate/kill-switch.ts';
export { RewriteGate } from './gate/rewrite-gate.ts';
export type { RewriteGateOptions } from './gate/rewrite-gate.ts';
export type { LedgerEntry, ShadowOutcome } from './gate/rewrite-ledger.ts';
export type { ShadowOptions } from './gate/shadow-run.ts';
export type { Defect, DefectKind } from './detect/defect.ts';
export { detect } from './detect/detect.ts';
export type { DetectOptions, DetectedStatement } from './detect/detect.ts';
export type { StatementFacts } from './detect/statement-defects.ts';
export { gatherJoinStatistics } from './stats/gather-join-statistics.ts';
export type { JoinStatisticsOptions } from './stats/gather-join-statistics.ts';
export { HyperLogLog } from './stats/hyper-log-log.ts';
export { JoinEstimator } from './stats/join-estimator.ts';
export type { JoinEstimate, JoinEstimatorOptions } from './stats/join-estimator.ts';
export { JoinFeedback } from './stats/join-feedback.ts';
export type { JoinQuery } from './stats/join-query.ts';
export type {
  JoinStatistics,
  SampledColumn,
  SampledDomain,
  SampledPort,
  SampledTable,
} from './stats/join-statistics.ts';
export type { DeclaredJoin, JoinPort } from './stats/key-domain.ts';
export { TableStatisticsBuilder } from './stats/table-statistics-builder.ts';
export type { TableStatisticsOptions } from './stats/table-statistics-builder.ts';
