import type { ExportJobsOptions, JobWorkerOptions } from '@perf/export-jobs';
import { createExportJobs, createJobWorker, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { describe, expect, it } from 'vitest';
import { HeldExports, until } from './held-exports.ts';

const held = new HeldExports();

function partsOf(): JobWorkerOptions {
  return held.parts(memoryJobQueue(), memoryJobStore());
}

/** Options as a caller without types may give them. */
function untyped<T>(options: unknown): Partial<T> {
  return Object.assign({}, options);
}

describe('limits of an owner', () => {
  it.each([
    ['within an hour', { open: 5000, perHour: 1100 }],
    ['that are open', { open: 1100, perHour: 5000 }],
  ])('hold for more than a thousand jobs %s', async (_what, limits) => {
    const jobs = createExportJobs({ ...partsOf(), limits });
    for (let i = 0; i < 1100; i++) await jobs.submit(held.asked('a'));

    await expect(jobs.submit(held.asked('a'))).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
  });

  it('are the standard ones where they are undefined', async () => {
    const limits = { open: undefined, perHour: undefined };
    const jobs = createExportJobs({ ...partsOf(), ...untyped<ExportJobsOptions>({ limits }) });
    for (let i = 0; i < 20; i++) await jobs.submit(held.asked('a'));

    await expect(jobs.submit(held.asked('a'))).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
  });
});

describe('numbers that make no sense are refused', () => {
  it.each<Partial<ExportJobsOptions>>([
    { limits: { open: Number.NaN } },
    { limits: { perHour: -1 } },
    { limits: { perHour: Number.POSITIVE_INFINITY } },
    { keepRecordsMs: Number.NaN },
    { keepRecordsMs: Number.POSITIVE_INFINITY },
  ])('as %o of jobs', (options) => {
    expect(() => createExportJobs({ ...partsOf(), ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it.each<Partial<JobWorkerOptions>>([
    { concurrency: 0 },
    { keepMs: Number.POSITIVE_INFINITY },
    { keepMs: Number.NaN },
    { retries: { attempts: Number.NaN } },
    { retries: { stalls: -1 } },
    { retries: { delayMs: 2 ** 31 } },
    { retries: { maxDelayMs: 0.5 } },
  ])('as %o of a worker', async (options) => {
    await expect(createJobWorker({ ...partsOf(), ...options })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('as a page or a link of no length', async () => {
    const jobs = createExportJobs({ ...partsOf(), linkSecret: 'a secret of more than 32 characters!' });

    await expect(jobs.list('ada', { limit: 0 })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(jobs.list('ada', { before: Number.NaN })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    await expect(jobs.link('a', { ttlMs: Number.NaN })).rejects.toThrow(/^ttlMs must be a whole number/);
  });

  it('but undefined is not: it means the default', async () => {
    const retries = { attempts: undefined, delayMs: undefined, maxDelayMs: undefined, stalls: undefined };
    const options = { concurrency: undefined, keepMs: undefined, now: undefined, retries };
    const parts = partsOf();
    const jobs = createExportJobs(parts);
    await using worker = await createJobWorker({ ...parts, ...untyped<JobWorkerOptions>(options) });
    const id = await jobs.submit(held.asked('a'));
    await until('the run', () => held.running.has('a'));
    held.running.get('a')?.finish();

    await until('the end', async () => (await jobs.get(id))?.state === 'completed');

    expect(worker).toBeDefined();
  });
});
