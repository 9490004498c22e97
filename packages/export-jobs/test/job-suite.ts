import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { JobRequest, RepeatableSource } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import { MemorySink } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';
import type { JobAdapters } from './job-house.ts';
import { Gate, JobHouse } from './job-house.ts';

function asked(
  rows: number,
  more: Partial<JobRequest> & { readonly gate?: string; readonly at?: number } = {},
): JobRequest {
  const { gate, at, ...rest } = more;
  const params = { rows, ...(gate === undefined ? {} : { gate, at: at ?? 0 }) };
  return { source: { name: 'mixed', params }, format: 'csv', owner: 'ada', ...rest };
}

async function csvOf(rows: number): Promise<Uint8Array> {
  const sink = new MemorySink();
  await createCsvExporter().export(mixedSource(rows), sink);
  return sink.bytes;
}

/** The rest of the rows of a house's source. */
function sourceFrom(cursor: unknown): RepeatableSource {
  return { ...mixedSource(250_000, { after: cursor }), fingerprint: 'first' };
}

/** What jobs do, whatever queue and store they are built on. */
export function jobSuite(open: () => Promise<JobAdapters>): void {
  describe('jobs', { timeout: 60_000 }, () => {
    it('run to a whole file with a manifest, and tell how far they are', async () => {
      await using house = await JobHouse.open(await open());
      const id = await house.jobs.submit(asked(20_000, { fileName: 'Flüge.csv' }));
      expect(await house.jobs.get(id)).toMatchObject({ state: 'pending', attempts: 0, epoch: 0 });

      await house.work();
      const record = await house.until(id, 'completed', 'failed');

      expect(record).toMatchObject({
        state: 'completed',
        epoch: 1,
        manifest: { rows: 20_000 },
        progress: { rows: 20_000 },
      });
      expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), await csvOf(20_000))).toBe(0);
      expect(await readdir(join(house.folder, id))).toEqual(['Flüge.csv']);
      expect(house.errors).toEqual([]);
    });

    it('are listed by owner, newest first', async () => {
      await using house = await JobHouse.open(await open());
      const ids = [];
      for (const owner of ['ada', 'bob', 'ada']) {
        ids.push(await house.jobs.submit(asked(1, { owner })));
        await new Promise((resolve) => setTimeout(resolve, 3));
      }

      const listed = await house.jobs.list('ada');
      const older = await house.jobs.list('ada', { limit: 5, before: listed[0]?.createdAt ?? 0 });

      expect(listed.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
      expect(older.map(({ id }) => id)).toEqual([ids[0]]);
      expect(await house.jobs.list('nobody')).toEqual([]);
    });

    it('are cancelled while they wait and while they run, and leave nothing', async () => {
      await using house = await JobHouse.open(await open());
      const gate = new Gate();
      house.gates.set('g', gate);
      const waiting = await house.jobs.submit(asked(10));
      expect(await house.jobs.cancel(waiting)).toMatchObject({ state: 'cancelled' });
      const running = await house.jobs.submit(asked(300_000, { gate: 'g', at: 200_000 }));
      await house.work();
      await gate.reached;

      await house.jobs.cancel(running);
      const record = await house.until(running, 'cancelled', 'completed', 'failed');

      expect(record.state).toBe('cancelled');
      // What was written goes after the state has changed: not before, since somebody else may have taken the job over.
      await expect.poll(() => readdir(house.folder)).toEqual([]);
      expect(await house.jobs.cancel(running)).toMatchObject({ state: 'cancelled' });
    });

    it('are paused and go on from their last checkpoint, to the same bytes', async () => {
      await using house = await JobHouse.open(await open());
      const gate = new Gate();
      house.gates.set('g', gate);
      const id = await house.jobs.submit(asked(250_000, { gate: 'g', at: 200_000 }));
      await house.work();
      await gate.reached;

      await house.jobs.pause(id);
      await house.until(id, 'paused');
      const left = await readdir(join(house.folder, id));
      gate.open();
      expect(await house.jobs.resume(id)).toMatchObject({ state: 'pending' });
      const record = await house.until(id, 'completed', 'failed');

      expect(left.toSorted()).toEqual(['1.checkpoint', '1.partial']);
      expect(record).toMatchObject({ state: 'completed', epoch: 2 });
      expect(house.cursors[0]).toBeUndefined();
      expect(house.cursors[1]).toBeGreaterThan(50_000);
      expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), await csvOf(250_000))).toBe(0);
    });

    it('are tried again after an error, and fail when that does not help', async () => {
      await using house = await JobHouse.open(await open());
      house.failures.push(new Error('the server went away'), new Error('and again'));
      await house.work();
      const id = await house.jobs.submit(asked(100));
      expect(await house.until(id, 'completed', 'failed')).toMatchObject({
        state: 'completed',
        attempts: 2,
        epoch: 3,
      });

      house.failures.push(...[1, 2, 3].map((i) => new Error(`fault ${i}`)));
      const hopeless = await house.jobs.submit(asked(100));

      expect(await house.until(hopeless, 'completed', 'failed')).toMatchObject({
        state: 'failed',
        attempts: 3,
        error: { code: 'unknown', message: 'fault 3' },
      });
    });

    it('fail at once for what would fail for ever', async () => {
      await using house = await JobHouse.open(await open());
      await house.work();
      house.failures.push(new PerfError('ERR_PERF_INVALID_QUERY', 'where: wrong'));
      const wrong = await house.jobs.submit(asked(1));
      expect(await house.until(wrong, 'failed', 'completed')).toMatchObject({
        attempts: 1,
        error: { code: 'ERR_PERF_INVALID_QUERY' },
      });

      const nobody = await house.jobs.submit(asked(1, { source: { name: 'toString' } }));
      const noFormat = await house.jobs.submit(asked(1, { format: 'docx' }));

      expect(await house.until(nobody, 'failed')).toMatchObject({ error: { code: 'ERR_PERF_UNSUPPORTED' } });
      expect(await house.until(noFormat, 'failed')).toMatchObject({
        error: { code: 'ERR_PERF_UNSUPPORTED' },
      });
    });

    it('start again from the first row when the data has changed', async () => {
      await using house = await JobHouse.open(await open());
      const gate = new Gate();
      house.gates.set('g', gate);
      const id = await house.jobs.submit(asked(250_000, { gate: 'g', at: 200_000 }));
      await house.work();
      await gate.reached;
      await house.jobs.pause(id);
      await house.until(id, 'paused');
      house.fingerprint = 'second';
      gate.open();

      await house.jobs.resume(id);
      const record = await house.until(id, 'completed', 'failed');

      expect(record).toMatchObject({ state: 'completed', attempts: 1, manifest: { rows: 250_000 } });
      expect(house.cursors.at(-1)).toBeUndefined();
    });

    it('go on elsewhere when their worker ends', async () => {
      await using house = await JobHouse.open(await open());
      const gate = new Gate();
      house.gates.set('g', gate);
      const id = await house.jobs.submit(asked(250_000, { gate: 'g', at: 200_000 }));
      const first = await house.work();
      await gate.reached;

      await first[Symbol.asyncDispose]();
      gate.open();
      await house.work();
      const record = await house.until(id, 'completed', 'failed');

      expect(record).toMatchObject({ state: 'completed', attempts: 0, stalls: 0, epoch: 2 });
      expect(Buffer.compare(await readFile(house.outputs.pathOf(record)), await csvOf(250_000))).toBe(0);
    });

    it('belong to one run: what an older one writes, saves and completes is refused', async () => {
      await using house = await JobHouse.open(await open());
      const gate = new Gate();
      house.gates.set('g', gate);
      const id = await house.jobs.submit(asked(250_000, { gate: 'g', at: 240_000 }));
      await house.work();
      await gate.reached;
      const { store } = house.parts();
      const before = await house.jobs.get(id);

      // Somebody who thinks that the first run is dead takes the job over, and finishes.
      const taken = await store.take(id, { state: 'running' }, { epoch: 1 });
      if (taken === undefined) throw new Error('the job could not be taken');
      const { sink, checkpoint } = await house.outputs.open(taken);
      const resumeFrom = await checkpoint.load();
      const manifest = await createCsvExporter().export(sourceFrom(resumeFrom?.cursor), sink, {
        checkpoint,
        resumeFrom,
      });
      gate.open();
      const done = await store.update(
        id,
        { state: 'completed', manifest },
        { epoch: 2, states: ['running'] },
      );
      await new Promise((resolve) => setTimeout(resolve, 500));

      expect(before).toMatchObject({ state: 'running', epoch: 1 });
      expect(resumeFrom?.rows).toBeGreaterThan(50_000);
      expect(done?.epoch).toBe(2);
      expect(await house.jobs.get(id)).toMatchObject({ state: 'completed', epoch: 2 });
      expect(await readdir(join(house.folder, id))).toEqual(['export.csv']);
      expect(Buffer.compare(await readFile(house.outputs.pathOf(taken)), await csvOf(250_000))).toBe(0);
    });

    it('are held to the limits of their owner', async () => {
      await using house = await JobHouse.open(await open(), { limits: { open: 2, perHour: 3 } });
      const ids = [await house.jobs.submit(asked(1)), await house.jobs.submit(asked(1))];
      await expect(house.jobs.submit(asked(1))).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
      await house.jobs.submit(asked(1, { owner: 'bob' }));
      for (const id of ids) await house.jobs.cancel(id);
      await house.jobs.submit(asked(1));

      await expect(house.jobs.submit(asked(1))).rejects.toMatchObject({
        code: 'ERR_PERF_LIMIT_EXCEEDED',
        message: 'the owner has submitted 3 jobs within an hour, 3 at most',
      });
    });

    it('expire: first their file goes, then their record', async () => {
      let now = 1_000_000;
      await using house = await JobHouse.open(await open(), { now: () => now, keepRecordsMs: 500 });
      await house.work({ now: () => now, keepMs: 1000 });
      const id = await house.jobs.submit(asked(10));
      const link = await house.until(id, 'completed').then(async () => house.jobs.link(id));
      expect(await house.jobs.openLink(link)).toMatchObject({ id });
      expect(await house.jobs.sweep()).toBe(0);

      now += 1000;
      expect(await house.jobs.sweep()).toBe(1);
      const expired = await house.jobs.get(id);
      now += 500;
      const swept = await house.jobs.sweep();

      expect(expired).toMatchObject({ state: 'expired' });
      expect(await readdir(house.folder)).toEqual([]);
      expect(await house.jobs.openLink(link)).toBeUndefined();
      expect(swept).toBe(1);
      expect(await house.jobs.get(id)).toBeUndefined();
    });
  });
}
