import { createExportJobs, folderOutputs, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { expect, it } from 'vitest';
import { hasFaults, jobsFigures } from '../src/chaos/jobs-figures.ts';
import { hasEnded, lookAtJobs, outcomeOf } from '../src/chaos/jobs-outcomes.ts';

it('a job whose record is lost has ended, and is incomplete', async () => {
  const store = memoryJobStore();
  const jobs = createExportJobs({ queue: memoryJobQueue(), store, outputs: folderOutputs('nowhere') });
  const ask = (): Promise<string> => jobs.submit({ source: { name: 's' }, format: 'csv', owner: 'chaos' });
  const [whole, lost, slow] = [await ask(), await ask(), await ask()];
  await store.update(whole, { state: 'completed' });
  await store.remove(lost);

  const ordered = await lookAtJobs(jobs, new Map([whole, lost, slow].map((id) => [id, 'csv'])));
  const outcomes = ordered.map((job) => outcomeOf(job, 1, undefined));
  const figures = jobsFigures({ jobs: outcomes, kills: 1, redisAwayMs: 1, ms: 1 });

  expect(ordered.map(hasEnded)).toEqual([true, true, false]);
  expect(outcomes.map(({ state }) => state)).toEqual(['completed', 'lost', 'pending']);
  expect(figures).toContainEqual({ id: 'chaos.jobs.incomplete', value: 2 });
  expect(hasFaults(figures)).toBe(true);
});
