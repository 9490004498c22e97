import type { Figure } from '@perf/testkit/measure';
import type { JobsChaosReport } from './jobs-chaos.ts';

/** Figures that come first, and are no faults. */
const COUNTS = 2;

/** What a trial shows. Every job that was ordered counts, also one that is lost. */
export function jobsFigures({ jobs, kills, redisAwayMs, ms }: JobsChaosReport): Figure[] {
  const resumed = jobs.filter(({ runs }) => runs > 1).length;
  return [
    {
      id: 'chaos.jobs.jobs',
      value: jobs.length,
      note: `${Math.round(ms / 1000)} s, ${resumed} gone on with`,
    },
    {
      id: 'chaos.jobs.kills',
      value: kills,
      note: `workers that ran a job; and Redis once, away ${Math.round(redisAwayMs)} ms`,
    },
    { id: 'chaos.jobs.incomplete', value: jobs.filter(({ state }) => state !== 'completed').length },
    {
      id: 'chaos.jobs.differing',
      value: jobs.filter(({ fault }) => fault !== undefined).length,
      note: 'files',
    },
    { id: 'chaos.jobs.twice', value: jobs.filter(({ completions }) => completions > 1).length },
  ];
}

/** Whether a figure that should be nothing is something. */
export function hasFaults(figures: readonly Figure[]): boolean {
  return figures.some(({ value }, i) => i >= COUNTS && value !== 0);
}
