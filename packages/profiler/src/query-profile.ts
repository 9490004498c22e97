import type { QueryPerformanceProfile, QueryPhase } from '@perf/contracts';

/** Every phase, in the order in which a query passes them. */
export const PHASES: readonly QueryPhase[] = [
  'cacheCheck',
  'plan',
  'dataLoad',
  'filter',
  'sort',
  'serialize',
  'export',
];

/** Makes a profile from times by phase. @param totalTimeMs whole time, parts outside any phase included */
export function queryProfile(
  totalTimeMs: number,
  times: ReadonlyMap<QueryPhase, number>,
  memoryPeakMb: number,
): QueryPerformanceProfile {
  const of = (phase: QueryPhase): number => times.get(phase) ?? 0;
  return {
    totalTimeMs,
    dataLoadMs: of('dataLoad'),
    filterMs: of('filter'),
    sortMs: of('sort'),
    cacheCheckMs: of('cacheCheck'),
    planMs: of('plan'),
    serializeMs: of('serialize'),
    exportMs: of('export'),
    memoryPeakMb,
    bottleneck: () => longest(times),
  };
}

/** The phase that took longest; of equal ones the earlier in a query's way. */
function longest(times: ReadonlyMap<QueryPhase, number>): QueryPhase | 'none' {
  let found: QueryPhase | 'none' = 'none';
  let most = 0;
  for (const phase of PHASES) {
    const time = times.get(phase) ?? 0;
    if (time <= most) continue;
    most = time;
    found = phase;
  }
  return found;
}
