import type { JobState } from '@perf/contracts';

/** States of jobs that have not ended. */
export const OPEN_STATES: ReadonlySet<JobState> = new Set<JobState>(['pending', 'running', 'paused']);
