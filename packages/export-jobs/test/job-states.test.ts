import type { JobState } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { createExportJobs, createJobWorker, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldExports, until } from './held-exports.ts';

const ATTEMPTS = 2;

/** What a job should be. */
interface Model {
  readonly id: string;
  state: JobState;
  attempts: number;
  runs: number;
  /** A run waits for its time. */
  isDelayed: boolean;
}

const step = fc.record({
  what: fc.constantFrom(
    ...(['submit', 'cancel', 'pause', 'resume', 'finish', 'fail', 'failForEver', 'time'] as const),
  ),
  which: fc.nat(2),
});

it(
  'jobs are in the state that what was done to them says, whatever the order',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
        const timers = new Set<() => void>();
        const after = (_ms: number, work: () => void): (() => void) => {
          timers.add(work);
          return () => void timers.delete(work);
        };
        const held = new HeldExports();
        const store = memoryJobStore();
        await using queue = memoryJobQueue({ after });
        const jobs = createExportJobs({ queue, store, outputs: held.outputs, limits: { open: 100 } });
        await using worker = await createJobWorker({
          ...held.parts(queue, store),
          retries: { attempts: ATTEMPTS },
        });
        const models: Model[] = [];
        const run = (model: Model): void => {
          model.state = 'running';
          model.runs++;
        };
        for (const { what, which } of steps) {
          if (what === 'submit') {
            const id = await jobs.submit(held.asked(String(models.length)));
            models.push({ id, state: 'running', attempts: 0, runs: 1, isDelayed: false });
          }
          const at = which % Math.max(1, models.length);
          const model = models[at];
          if (model === undefined) continue;
          const { state } = model;
          switch (what) {
            case 'submit':
              break;
            case 'cancel':
              await jobs.cancel(model.id);
              if (state === 'pending' || state === 'paused' || state === 'running') model.state = 'cancelled';
              break;
            case 'pause':
              await jobs.pause(model.id);
              if (state === 'pending' || state === 'running') model.state = 'paused';
              break;
            case 'resume':
              await jobs.resume(model.id);
              if (state === 'paused' || state === 'pending') run(model);
              break;
            case 'finish':
              held.running.get(String(at))?.finish();
              if (state === 'running') model.state = 'completed';
              break;
            case 'fail':
            case 'failForEver': {
              const isForEver = what === 'failForEver';
              const error = isForEver ? new PerfError('ERR_PERF_INVALID_QUERY', 'no') : new Error('not now');
              held.running.get(String(at))?.fail(error);
              if (state !== 'running') break;
              model.attempts++;
              const isLast = isForEver || model.attempts === ATTEMPTS;
              model.state = isLast ? 'failed' : 'pending';
              model.isDelayed ||= !isLast;
              break;
            }
            case 'time':
              for (const work of Array.from(timers)) {
                timers.delete(work);
                work();
              }
              for (const waiting of models) {
                if (waiting.isDelayed && waiting.state === 'pending') run(waiting);
                waiting.isDelayed = false;
              }
              break;
          }
          await agreed();
        }

        async function agreed(): Promise<void> {
          const wanted = models.map(({ state, attempts, runs }) => ({ state, attempts, epoch: runs }));
          const running = models.flatMap(({ state }, at) => (state === 'running' ? [String(at)] : []));
          const given = (): Promise<unknown[]> =>
            Promise.all(
              models.map(async ({ id }) => {
                const { state, attempts, epoch } = (await jobs.get(id)) ?? {};
                return { state, attempts, epoch };
              }),
            );
          const isSettled = async (): Promise<boolean> =>
            JSON.stringify(await given()) === JSON.stringify(wanted) &&
            held.open === running.length &&
            held.running.size === running.length;
          // The last word is that of expect, which says what differs.
          await until('agreement', isSettled).catch(() => undefined);
          await new Promise((resolve) => void setImmediate(resolve));
          expect(await given()).toEqual(wanted);
          expect([...held.running.keys()].toSorted()).toEqual(running.toSorted());
          expect(held.open).toBe(running.length);
          const gone = models.filter(({ state }) => state === 'cancelled' || state === 'failed');
          expect(new Set(held.removed)).toEqual(new Set(gone.map(({ id }) => id)));
        }
        expect(worker).toBeDefined();
      }),
      { numRuns: 60 },
    );
  },
);
