import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import type { JobsChaosOptions, JobsChaosReport } from './jobs-chaos.ts';
import { killJobWorkers } from './jobs-chaos.ts';
import { hasFaults, jobsFigures } from './jobs-figures.ts';

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
    const figures = jobsFigures(report);
    if (json !== undefined)
      await wholeFile(json, (partial) => writeFigures(partial, figures, { order, report }));
    write(`${tableOf(report)}\n\n`);
    printFigures(figures, write);
    return hasFaults(figures) ? 1 : 0;
  } finally {
    progress.end();
  }
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
