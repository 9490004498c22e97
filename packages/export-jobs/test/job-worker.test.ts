import { createExportJobs, createJobWorker, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { describe, expect, it } from 'vitest';
import { HandQueue, lease } from './hand-queue.ts';
import { HeldExports, until } from './held-exports.ts';
import { storeAround } from './store-around.ts';

describe('a worker', () => {
  it('waits longer after each failure, up to a limit', async () => {
    const waits: number[] = [];
    const due: (() => void)[] = [];
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = memoryJobQueue({
      after: (ms, work) => {
        waits.push(ms);
        due.push(work);
        return () => undefined;
      },
    });
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    const chances = [0, 0, 0.5, 0.999, 0, 0];
    await using worker = await createJobWorker({
      ...held.parts(queue, store),
      random: () => chances[waits.length] ?? 0,
      retries: { attempts: 7, delayMs: 100, maxDelayMs: 1000 },
    });
    const id = await jobs.submit(held.asked('a'));

    for (let run = 1; run < 7; run++) {
      await until(`run ${run}`, () => held.running.has('a'));
      held.running.get('a')?.fail(new Error('not now'));
      await until('a wait', () => due.length > 0);
      due.pop()?.();
    }
    await until('the last run', () => held.running.has('a'));
    held.running.get('a')?.fail(new Error('never'));
    await until('the end', async () => (await jobs.get(id))?.state === 'failed');

    expect(waits).toEqual([100, 200, 300, 400.4, 1000, 1000]);
    expect(await jobs.get(id)).toMatchObject({ attempts: 7, error: { message: 'never' } });
    expect(worker).toBeDefined();
  });

  it('fails a job whose workers have died too often', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await createJobWorker({ ...held.parts(queue, store), retries: { stalls: 2 } });
    const id = await jobs.submit(held.asked('a'));

    // Each is handed out again while the run before it has not said a word.
    for (const epoch of [1, 2, 3]) {
      void queue.work(id, lease('k'));
      await until(`run ${epoch}`, async () => (await jobs.get(id))?.epoch === epoch);
    }
    expect(await jobs.get(id)).toMatchObject({ state: 'running', stalls: 2, epoch: 3 });
    await queue.work(id, lease('k'));

    expect(await jobs.get(id)).toMatchObject({
      state: 'failed',
      stalls: 3,
      error: { code: 'ERR_PERF_LIMIT_EXCEEDED', message: 'its worker ended without a word 3 times' },
    });
    expect(held.removed).toEqual([id]);
    // What the dead have to say is not heard.
    held.running.get('a')?.fail(new Error('hello'));
    expect(await jobs.get(id)).toMatchObject({ state: 'failed', attempts: 0 });
  });

  it('leaves a job alone that was queued twice and runs', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await createJobWorker(held.parts(queue, store));
    const id = await jobs.submit(held.asked('a'));
    const first = queue.work(id, lease('k1'));
    await until('the run', () => held.running.has('a'));

    await queue.work(id, lease('k2'));
    held.running.get('a')?.finish();
    await first;

    expect(await jobs.get(id)).toMatchObject({ state: 'completed', epoch: 1, stalls: 0 });
  });

  it('stops when the queue has given its job to another, and says nothing more of it', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await createJobWorker(held.parts(queue, store));
    const id = await jobs.submit(held.asked('a'));
    const lost = new AbortController();
    const run = queue.work(id, lease('k', lost.signal));
    await until('the run', () => held.running.has('a'));

    lost.abort();
    await run;

    expect(await jobs.get(id)).toMatchObject({ state: 'running', epoch: 1 });
    expect(held.open).toBe(0);
    expect(held.removed).toEqual([]);
  });

  it('has a job handed out again when the store does not answer at its end', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    let isAway = false;
    const errors: unknown[] = [];
    const failing = storeAround(store, async (id, change, condition) => {
      if (isAway) throw new Error('no answer');
      return store.update(id, change, condition);
    });
    const due: (() => void)[] = [];
    await using queue = memoryJobQueue({
      after: (_ms, work) => {
        due.push(work);
        return () => undefined;
      },
    });
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await using worker = await createJobWorker({
      ...held.parts(queue, failing),
      onError: (error) => errors.push(error),
    });
    const id = await jobs.submit(held.asked('a'));
    await until('the run', () => held.running.has('a'));

    isAway = true;
    held.running.get('a')?.finish();
    await until('the wait', () => due.length > 0);
    isAway = false;
    due.pop()?.();
    await until('the second run', () => held.running.has('a'));
    held.running.get('a')?.finish();
    await until('the end', async () => (await jobs.get(id))?.state === 'completed');

    expect(errors).toEqual([new Error('no answer')]);
    expect(await jobs.get(id)).toMatchObject({ epoch: 2, stalls: 1 });
    expect(worker).toBeDefined();
  });
});
