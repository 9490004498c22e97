import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, JobQueue, JobRequest, JobStore, RepeatableSource } from '@perf/contracts';
import { bullJobQueue, redisJobStore } from '@perf/export-jobs';
import { loadIoredis } from '../scorecard/adapters/ioredis.ts';
import { CHAOS_FORMATS } from './chaos-formats.ts';
import { chaosRows } from './chaos-rows.ts';

/** Short, so that a killed worker is missed soon. */
const LOCK_MS = 3000;
const STALLED_MS = 2000;
const RETRY_MS = 100;

/** Formats of jobs: those that are resumed at any row, since a job has one file. */
export const JOB_FORMATS: readonly string[] = Object.entries(CHAOS_FORMATS).flatMap(
  ([name, { rowsPerPart }]) => (rowsPerPart === undefined ? [name] : []),
);

/** Queue and store of the jobs, over a client of their own. */
export interface JobsHouse extends AsyncDisposable {
  readonly queue: JobQueue;
  readonly store: JobStore;
}

/** Opens queue and store; their client waits out every outage. */
export async function openJobsHouse(url: string): Promise<JobsHouse> {
  const { Redis } = await loadIoredis();
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS });
  // It tries again by itself until Redis is back.
  redis.on('error', () => undefined);
  const queue = bullJobQueue({ connection: redis, lockMs: LOCK_MS, stalledMs: STALLED_MS });
  return {
    queue,
    store: redisJobStore(redis),
    [Symbol.asyncDispose]: async () => {
      await queue[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

/** What one job is asked to export. */
export function jobRequest(format: string, rows: number, rowsPerSecond: number): JobRequest {
  return { source: { name: 'mixed', params: { rows, rowsPerSecond } }, format, owner: 'chaos' };
}

/** Made-up rows that come no faster than those of a busy database. */
export function pacedRows(params: unknown, cursor: unknown): RepeatableSource {
  const { rows, rowsPerSecond } = Object.fromEntries(Object.entries(params ?? {}));
  const source = chaosRows(Number(rows), cursor);
  return {
    ...source,
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      const start = performance.now();
      let given = 0;
      for await (const batch of source) {
        yield batch;
        given += batch.kind === 'rows' ? batch.rows.length : batch.length;
        await delay(Math.max(0, start + (given / Number(rowsPerSecond)) * 1000 - performance.now()));
      }
    },
  };
}
