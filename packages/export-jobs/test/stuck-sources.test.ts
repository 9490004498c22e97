import type { BatchSource } from '@perf/contracts';
import { createExportJobs, createJobWorker, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { mixedSource } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';
import { HandQueue, lease } from './hand-queue.ts';
import { HeldExports, until } from './held-exports.ts';

describe('a running job is cancelled', { timeout: 30_000 }, () => {
  it('while its source is being opened, and closes the source when it comes', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = memoryJobQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    const opening = Promise.withResolvers<BatchSource>();
    let [isOpening, isClosed] = [false, false];
    const sources = {
      held: () => {
        isOpening = true;
        return opening.promise;
      },
    };
    await using worker = await createJobWorker({ ...held.parts(queue, store), sources });
    const id = await jobs.submit(held.asked('a'));
    await until('the source', () => isOpening);

    await jobs.cancel(id);
    await until('the end', async () => (await jobs.get(id))?.state === 'cancelled');
    opening.resolve(
      Object.assign(mixedSource(1), { [Symbol.asyncDispose]: async () => void (isClosed = true) }),
    );
    await until('the close', () => isClosed);

    expect(held.running.size).toBe(0);
    expect(worker).toBeDefined();
  });

  it('though its source does not close', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = memoryJobQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    const hanging = { [Symbol.asyncDispose]: () => new Promise<void>(() => undefined) };
    const sources = { held: () => Object.assign(mixedSource(1), hanging) };
    await using worker = await createJobWorker({ ...held.parts(queue, store), sources });
    const id = await jobs.submit(held.asked('a'));
    await until('the run', () => held.running.has('a'));

    await jobs.cancel(id);
    await until('the end', async () => (await jobs.get(id))?.state === 'cancelled');

    expect(held.removed).toEqual([id]);
    expect(worker).toBeDefined();
  });

  it('though the notice was lost and no row comes', async () => {
    const held = new HeldExports();
    const store = memoryJobStore();
    await using queue = new HandQueue();
    const jobs = createExportJobs({ queue, store, outputs: held.outputs });
    await createJobWorker(held.parts(queue, store));
    const id = await jobs.submit(held.asked('a'));
    const run = queue.work(id, lease('k'));
    await until('the run', () => held.running.has('a'));

    await jobs.cancel(id);
    await run;

    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled' });
    expect(held.open).toBe(0);
  });
});
