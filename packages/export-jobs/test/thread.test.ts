import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createCsvExporter } from '@perf/export-csv';
import { createJobWorker, folderOutputs, jobThread, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { describeWith } from '@perf/services/vitest';
import { MemorySink } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { until } from './held-exports.ts';
import { JobHouse } from './job-house.ts';
import { adaptersOver, openRedis } from './redis-adapters.ts';

const thread = new URL('thread-module.mts', import.meta.url);

/** A house whose worker exports in threads. */
async function houseOfThreads(): Promise<JobHouse> {
  const queue = memoryJobQueue();
  const house = await JobHouse.open({
    queue,
    store: memoryJobStore(),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  });
  vi.stubEnv('PERF_JOBS_TEST_FOLDER', house.folder);
  await house.work({ thread });
  return house;
}

afterEach(() => vi.unstubAllEnvs());

describe('a worker with threads', () => {
  it('writes the same bytes, and tells how far it is', async () => {
    await using house = await houseOfThreads();
    const id = await house.jobs.submit({
      source: { name: 'mixed', params: 200_000 },
      format: 'csv',
      owner: 'ada',
    });

    const record = await house.until(id, 'completed', 'failed');

    const sink = new MemorySink();
    await createCsvExporter().export(mixedSource(200_000), sink);
    expect(record).toMatchObject({ state: 'completed', epoch: 1, progress: { rows: 200_000 } });
    expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), sink.bytes)).toBe(0);
  });

  it('pauses where it is, and goes on to the same bytes', async () => {
    await using house = await houseOfThreads();
    const source = { name: 'mixed', params: 600_000 };
    const id = await house.jobs.submit({ source, format: 'csv', owner: 'ada' });
    const names = (): Promise<string[]> => readdir(join(house.folder, id)).catch(() => []);
    await until('a checkpoint', async () => (await names()).includes('1.checkpoint'));

    await house.jobs.pause(id);
    await house.until(id, 'paused');
    await house.jobs.resume(id);
    const record = await house.until(id, 'completed', 'failed');

    const sink = new MemorySink();
    await createCsvExporter().export(mixedSource(600_000), sink);
    expect(record).toMatchObject({ state: 'completed', epoch: 2 });
    expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), sink.bytes)).toBe(0);
  });

  it('ends a source that blocks its thread for ever', async () => {
    await using house = await houseOfThreads();
    const id = await house.jobs.submit({ source: { name: 'blocking' }, format: 'csv', owner: 'ada' });
    await until('the block', async () => (await readdir(house.folder)).includes('blocked'));

    await house.jobs.cancel(id);
    const record = await house.until(id, 'cancelled', 'completed', 'failed');

    expect(record.state).toBe('cancelled');
    await expect.poll(() => readdir(house.folder)).toEqual(['blocked']);
  });

  it('hands on why an export failed', async () => {
    await using house = await houseOfThreads();
    const ask = async (name: string): Promise<unknown> => {
      const id = await house.jobs.submit({ source: { name }, format: 'csv', owner: 'ada' });
      const { attempts, error } = await house.until(id, 'failed', 'completed');
      return { attempts, error };
    };

    expect(await ask('failing')).toMatchObject({
      attempts: 3,
      error: { code: 'unknown', message: 'no way in' },
    });
    expect(await ask('unheard of')).toMatchObject({ attempts: 1, error: { code: 'ERR_PERF_UNSUPPORTED' } });
  });

  it('begins nowhere but in a thread of a worker', () => {
    expect(() => jobThread({ sources: {}, formats: {}, outputs: folderOutputs('x') })).toThrow(/in a thread/);
  });

  it('needs sources and formats where there is no thread', async () => {
    await using house = await houseOfThreads();

    await expect(createJobWorker(house.parts())).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});

describeWith('redis', 'a worker with threads over BullMQ', (url) => {
  it('keeps the job of a source that blocks for longer than the lock lasts', async () => {
    await using house = await JobHouse.open(adaptersOver(await openRedis(url)));
    vi.stubEnv('PERF_JOBS_TEST_FOLDER', house.folder);
    await house.work({ thread });
    await house.work({ thread });
    const id = await house.jobs.submit({ source: { name: 'sleepy' }, format: 'csv', owner: 'ada' });

    const record = await house.until(id, 'completed', 'failed');

    expect(record).toMatchObject({ state: 'completed', epoch: 1, stalls: 0, manifest: { rows: 10_000 } });
  });
});
