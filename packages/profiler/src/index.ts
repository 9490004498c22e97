export { profile } from './profile.ts';
export type { ProfiledRun } from './profile.ts';
export { createProfiler } from './profiler.ts';
export type { ProfilerClock } from './profiler.ts';
export { PHASES } from './query-profile.ts';
