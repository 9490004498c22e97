import type { JobState, JobStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ExportJobs } from '@perf/export-jobs';
import { createExportJobs, createJobWorker, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { describe, expect, it } from 'vitest';
import { HandQueue, lease } from './hand-queue.ts';
import { HeldExports, until } from './held-exports.ts';
import { storeAround } from './store-around.ts';

/** A job that runs, and is cancelled at the last moment before its worker says that it is in `state`. */
interface Late {
  readonly jobs: ExportJobs;
  readonly held: HeldExports;
  readonly worker: AsyncDisposable;
  readonly id: string;
}

async function cancelledBefore(state: JobState): Promise<Late> {
  const held = new HeldExports();
  const store = memoryJobStore();
  const queue = memoryJobQueue({ after: () => () => undefined });
  const jobs = createExportJobs({ queue, store, outputs: held.outputs });
  const late = cancelling(store, state, (id) => jobs.cancel(id));
  const worker = await createJobWorker(held.parts(queue, late));
  const id = await jobs.submit(held.asked('a'));
  await until('the run', () => held.running.has('a'));
  return { jobs, held, worker, id };
}

function cancelling(store: JobStore, state: JobState, cancel: (id: string) => Promise<unknown>): JobStore {
  return storeAround(store, async (id, change, condition) => {
    if (change.state === state) await cancel(id);
    return store.update(id, change, condition);
  });
}

const hopeless = new PerfError('ERR_PERF_INVALID_QUERY', 'no');

describe('a cancel', () => {
  it.each<[string, JobState, (late: Late) => Promise<unknown>]>([
    ['is paused', 'paused', ({ jobs, id }) => jobs.pause(id)],
    ['is handed back', 'pending', ({ worker }) => Promise.resolve(worker[Symbol.asyncDispose]())],
    ['fails', 'pending', async ({ held }) => held.running.get('a')?.fail(new Error('not now'))],
    ['is completed', 'completed', async ({ held }) => held.running.get('a')?.finish()],
    ['fails for ever', 'failed', async ({ held }) => held.running.get('a')?.fail(hopeless)],
  ])('counts when it comes just before its job %s', async (_how, state, end) => {
    const late = await cancelledBefore(state);

    await end(late);
    await until('the removal', () => late.held.removed.length > 0);

    const record = await late.jobs.get(late.id);
    expect(record).toMatchObject({ state: 'cancelled' });
    expect(record?.endedAt).toBeDefined();
    expect(record).not.toHaveProperty('wish');
    expect(late.held.open).toBe(0);
    await late.worker[Symbol.asyncDispose]();
  });

  it('counts when it comes just before a worker pauses the job of one that died', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await createJobWorker(
      held.parts(
        queue,
        cancelling(store, 'paused', (id) => jobs.cancel(id)),
      ),
    );
    const id = await jobs.submit(held.asked('a'));
    await store.take(id, { state: 'running', lease: 'k' }, {});
    await jobs.pause(id);

    await queue.work(id, lease('k'));

    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled' });
    expect(held.removed).toEqual([id]);
  });

  it('is not taken back by a pause', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    const id = await jobs.submit(held.asked('a'));
    await store.update(id, { state: 'running' });
    await jobs.cancel(id);

    expect(await jobs.pause(id)).toMatchObject({ state: 'running', wish: 'cancel' });
  });
});

it.each([
  ['cancel', 'cancelled'],
  ['pause', 'paused'],
] as const)('a %s holds though the run ends while it is asked for', async (wish, state) => {
  const held = new HeldExports();
  const store = memoryJobStore();
  await using queue = new HandQueue();
  const ending = storeAround(store, async (id, change, condition) => {
    const record = await store.update(id, change, condition);
    // It runs no more when it is asked for the second time.
    if (record === undefined) await store.update(id, { state: 'pending' });
    return record;
  });
  const jobs = createExportJobs({ queue, store: ending, outputs: held.outputs });
  const id = await jobs.submit(held.asked('a'));
  await store.update(id, { state: 'running' });

  expect(await jobs[wish](id)).toMatchObject({ state });
  expect(await jobs.get(id)).toMatchObject({ state });
});
