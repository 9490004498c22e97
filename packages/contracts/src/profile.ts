/** The parts of a query's way that are timed. */
export type QueryPhase = 'cacheCheck' | 'plan' | 'dataLoad' | 'filter' | 'sort' | 'serialize' | 'export';

/** Where the time of one query went. All times in ms. Phases that did not occur are 0. */
export interface QueryPerformanceProfile {
  readonly totalTimeMs: number;
  readonly dataLoadMs: number;
  readonly filterMs: number;
  readonly sortMs: number;
  readonly cacheCheckMs: number;
  readonly planMs: number;
  readonly serializeMs: number;
  readonly exportMs: number;
  /** Highest resident memory seen at the borders of phases, in MiB. */
  readonly memoryPeakMb: number;
  /** The phase that took longest, over all phases; `none` when nothing was timed. */
  bottleneck(): QueryPhase | 'none';
}

/** Figures of a stretch of work. */
export interface PerformanceMetrics {
  /** Wall time of the work. */
  readonly executionTimeMs: number;
  /** Resident memory at the end minus at the start, in MiB; may be negative. */
  readonly memoryUsedMb: number;
  /** 0 to 1. */
  readonly cacheHitRate: number;
  /** Rows read or written by the work. */
  readonly rowsProcessed: number;
}

/** Times the phases of one query. Phases may nest; time inside an inner phase counts for the inner one only. */
export interface QuerySpan {
  /** Runs `work` as part of `phase`; what it gives back or throws passes through. */
  phase<T>(phase: QueryPhase, work: () => T): T;
  /** Ends the span. Calling it again gives the same profile. */
  end(): QueryPerformanceProfile;
}

/** Makes spans. */
export interface QueryProfiler {
  startQuery(): QuerySpan;
}
