import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobRequest } from '@perf/contracts';
import { bullJobQueue } from '@perf/export-jobs';
import { createCsvExporter } from '@perf/export-csv';
import { describeWith } from '@perf/services/vitest';
import { MemorySink } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { until } from './held-exports.ts';
import { JobHouse } from './job-house.ts';
import { adaptersOver, openRedis, ownPrefix } from './redis-adapters.ts';

const ROWS = 200_000;

/** A house whose jobs are run by processes of their own. */
class FarHouse implements AsyncDisposable {
  readonly house: JobHouse;
  readonly #order: readonly string[];
  readonly #children: ChildProcess[] = [];

  private constructor(house: JobHouse, order: readonly string[]) {
    this.house = house;
    this.#order = order;
  }

  static async open(url: string): Promise<FarHouse> {
    const prefix = ownPrefix();
    const house = await JobHouse.open(adaptersOver(await openRedis(url), prefix));
    return new FarHouse(house, [url, prefix, house.folder]);
  }

  async worker(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL('bull-worker.mts', import.meta.url)), this.#order, {
      execArgv: ['--conditions=@perf/source', '--disable-warning=ExperimentalWarning'],
    });
    this.#children.push(child);
    await once(child, 'message');
    return child;
  }

  /** Submits a job, and gives its id once it has saved a checkpoint. */
  async running(): Promise<string> {
    const request: JobRequest = { source: { name: 'mixed', params: ROWS }, format: 'csv', owner: 'ada' };
    const id = await this.house.jobs.submit(request);
    const folder = join(this.house.folder, id);
    const names = (): Promise<string[]> => readdir(folder).catch(() => []);
    await until('a checkpoint', async () => (await names()).includes('1.checkpoint'));
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.house[Symbol.asyncDispose]();
  }
}

describeWith('redis', 'workers in processes of their own', (url) => {
  it(
    'finish what one of them has begun that was killed, to the same bytes',
    { timeout: 60_000 },
    async () => {
      await using far = await FarHouse.open(url);
      const first = await far.worker();
      const id = await far.running();

      first.kill('SIGKILL');
      await far.worker();
      const record = await far.house.until(id, 'completed', 'failed');

      const sink = new MemorySink();
      await createCsvExporter().export(mixedSource(ROWS), sink);
      expect(record).toMatchObject({ state: 'completed', epoch: 2, stalls: 1, attempts: 0 });
      expect(Buffer.compare(await readFile(far.house.outputs.pathOf(record)), sink.bytes)).toBe(0);
      expect(await readdir(join(far.house.folder, id))).toEqual(['export.csv']);
    },
  );

  it('hear that a job is cancelled elsewhere, and leave nothing', { timeout: 60_000 }, async () => {
    await using far = await FarHouse.open(url);
    await far.worker();
    const id = await far.running();

    const asked = await far.house.jobs.cancel(id);
    const record = await far.house.until(id, 'cancelled', 'completed', 'failed');

    expect(asked).toMatchObject({ state: 'running', wish: 'cancel' });
    expect(record).toMatchObject({ state: 'cancelled', epoch: 1 });
    await expect.poll(() => readdir(far.house.folder)).toEqual([]);
  });

  it('go on after a pause in one of them, in another', { timeout: 60_000 }, async () => {
    await using far = await FarHouse.open(url);
    const first = await far.worker();
    const id = await far.running();

    await far.house.jobs.pause(id);
    await far.house.until(id, 'paused');
    first.kill('SIGKILL');
    await far.worker();
    await far.house.jobs.resume(id);
    const record = await far.house.until(id, 'completed', 'failed');

    expect(record).toMatchObject({ state: 'completed', epoch: 2, stalls: 0, manifest: { rows: ROWS } });
  });
});

describe('a queue over BullMQ', () => {
  it.each([
    ['one server', () => new Redis({ lazyConnect: true }), 'it has 20'],
    [
      'a Cluster',
      () => new Cluster([{ port: 1 }], { lazyConnect: true, redisOptions: { maxRetriesPerRequest: 3 } }),
      'it has 3',
    ],
  ])('runs no jobs over a client of %s that would give up in an outage', async (_name, client, said) => {
    const queue = bullJobQueue({ connection: client() });

    const consuming = queue.consume(async () => undefined, { concurrency: 1 });

    await expect(consuming).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(consuming).rejects.toThrow(said);
  });

  it('refuses names, prefixes and times that make no sense', () => {
    const connection = new Redis({ lazyConnect: true });

    expect(() => bullJobQueue({ connection, name: 'a:b' })).toThrow(/without colons/);
    expect(() => bullJobQueue({ connection, prefix: 'a{b}' })).toThrow(/without braces/);
    expect(() => bullJobQueue({ connection, lockMs: 0 })).toThrow(/lockMs must be a whole number/);
  });

  it('says that it is closed', async () => {
    const queue = bullJobQueue({ connection: new Redis({ lazyConnect: true }) });
    await queue[Symbol.asyncDispose]();

    await expect(queue.add('a')).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
    await expect(queue.consume(async () => undefined, { concurrency: 1 })).rejects.toMatchObject({
      code: 'ERR_PERF_DISPOSED',
    });
  });
});
