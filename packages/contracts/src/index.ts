export { DEFAULT_BATCH_ROWS, batchLength, isPresent, isUtf8Data } from './batch.ts';
export type {
  ArrayRowBatch,
  Batch,
  Column,
  ColumnBatch,
  ColumnData,
  ObjectRowBatch,
  RowBatch,
  Utf8Data,
} from './batch.ts';
export { batchSource, rowSource } from './batch-source.ts';
export type { RowSourceOptions, RowsInput } from './batch-source.ts';
export type {
  CacheManager,
  CacheStatistics,
  CacheStore,
  CachedResult,
  EntryOptions,
  InvalidationReceipt,
  Load,
  LoadContext,
  LoadingCache,
  StoreEntry,
  StoreOptions,
  TierLatency,
  TierStatistics,
} from './cache.ts';
export { dateToDays, daysToDate } from './calendar.ts';
export { catalogVersion } from './catalog.ts';
export type { Catalog, CatalogColumn, CatalogTable, ForeignKey } from './catalog.ts';
export { channels } from './channels.ts';
export type { ChannelMessages } from './channels.ts';
export { cellReader, columnOf, toColumns, toRows } from './column-values.ts';
export type { CellReader } from './column-values.ts';
export { comparesExactly, isNumeric, parseDataType, printDataType } from './data-type.ts';
export type { Classification, DataType, Field, Schema, TimeUnit } from './data-type.ts';
export type {
  Dialect,
  EngineCapabilities,
  ExecuteOptions,
  HypotheticalIndex,
  IndexColumn,
  Parameter,
  QueryEngine,
  ResultStream,
  Statement,
  TableIndex,
  WorkloadStatement,
} from './engine.ts';
export { PerfError, abortError, isPerfError, orAborted, throwIfAborted } from './errors.ts';
export type { PerfErrorCode, PerfErrorOptions } from './errors.ts';
export type { ExecutionPlan, PlanBuffers } from './execution-plan.ts';
export type {
  JobChange,
  JobCondition,
  JobLease,
  JobNotice,
  JobOutput,
  JobOutputs,
  JobProgress,
  JobQueue,
  JobRecord,
  JobRequest,
  JobState,
  JobStore,
} from './export-job.ts';
export type { ColumnFormat, ExportTemplate, TemplateColumn, TemplateTotal } from './export-template.ts';
export type {
  BatchSource,
  Checkpoint,
  CheckpointStore,
  ExportLimits,
  ExportManifest,
  ExportOptions,
  ExportPart,
  ExportSink,
  ExportWarning,
  Exporter,
  ExporterCapabilities,
  Progress,
  RepeatableSource,
} from './export.ts';
export { inferSchema } from './infer-schema.ts';
export type { OptimizedQuery, QueryOptimizer, Rewrite, Verdict } from './optimizer.ts';
export type {
  PerformanceMetrics,
  QueryPerformanceProfile,
  QueryPhase,
  QueryProfiler,
  QuerySpan,
} from './profile.ts';
export type {
  Aggregate,
  Comparison,
  Filter,
  FilterOperator,
  Join,
  OrderKey,
  Scalar,
  SelectItem,
  StructuredQuery,
} from './query.ts';
export type { ColumnStatistics, QueryStatistics, StatisticValue, TableStatistics } from './statistics.ts';
export { FILTER_OPERATORS } from './check-filter.ts';
export { checkQuery } from './check-query.ts';
export { answerRows, compareAnswers } from './compare-answers.ts';
export type { Answer } from './compare-answers.ts';
export { patternFault } from './pattern.ts';
export { canonicalQuery, queryKey } from './query-key.ts';
export type { QueryKeyScope } from './query-key.ts';
export { QUERY_LIMITS } from './query-limits.ts';
export { QueryScope, aggregateType } from './query-scope.ts';
export type { OutputColumn, ScopedColumn, ScopedTable } from './query-scope.ts';
export { isComparable, readScalar } from './read-scalar.ts';
export { sampleStatistics, statisticValue } from './sample-statistics.ts';
export { isSharedStore } from './shared-store.ts';
export type {
  BusListener,
  BusState,
  CounterStore,
  Invalidation,
  LeaseAnswer,
  LeaseRequest,
  SharedStore,
} from './shared-store.ts';
export { sliceBatch } from './slice-batch.ts';
