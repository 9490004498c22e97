import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import type { JobsChaosOptions, JobsChaosReport } from './jobs-chaos.ts';
import { killJobWorkers } from './jobs-chaos.ts';

/** What is tried. */
export type ChaosJobsOrder = Omit<JobsChaosOptions, 'folder' | 'signal' | 'onProgress'> & {
  readonly json: string | undefined;
};

/** Kills workers that run export jobs, and their Redis, prints what came of it, and gives the exit code. */
export async function chaosJobs(order: ChaosJobsOrder, { signal, write }: CommandUse): Promise<number> {
  const progress = new ProgressLine();
  try {
    await using aside = await TemporaryFolder.make(join(tmpdir(), 'perf-chaos-'));
    const onProgress = (ended: number, kills: number): void =>
      progress.show('running jobs', ended / order.jobs, `${kills} workers killed`);
    const report = await killJobWorkers({ ...order, folder: aside.path, signal, onProgress });
    progress.end();
    mustHaveKilled(report);
    const { json } = order;
    const figures = figuresOf(report);
    if (json !== undefined)
      await wholeFile(json, (partial) => writeFigures(partial, figures, { order, report }));
    write(`${tableOf(report)}\n\n`);
    printFigures(figures, write);
    return figures.every(({ value }, i) => i < COUNTS || value === 0) ? 0 : 1;
  } finally {
    progress.end();
  }
}

/** Figures that come first, and are no faults. */
const COUNTS = 2;

function figuresOf({ jobs, kills, redisAwayMs, ms }: JobsChaosReport): Figure[] {
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

function mustHaveKilled({ kills, redisAwayMs, jobs }: JobsChaosReport): void {
  if (kills > 0 && redisAwayMs > 0 && jobs.some(({ stalls }) => stalls > 0)) return;
  throw new PerfError(
    'ERR_PERF_RUN_INVALID',
    `the jobs ended before enough was killed (${kills} workers); give more jobs or rows, or less time between kills`,
  );
}

function tableOf({ jobs }: JobsChaosReport): string {
  return textTable([
    ['format', 'state', 'runs', 'killed', 'errors', 'same', 'completed', ''],
    ...jobs.map(({ format, state, runs, stalls, attempts, fault, completions, error }) => [
      format,
      state,
      String(runs),
      String(stalls),
      String(attempts),
      fault === undefined ? 'yes' : 'no',
      `${completions}×`,
      fault ?? error ?? '',
    ]),
  ]);
}
