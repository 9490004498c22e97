import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { throwIfAborted } from '@perf/contracts';
import { createExportJobs, folderOutputs } from '@perf/export-jobs';
import { startMortalRedis } from '../scorecard/servers.ts';
import { JobsCrew } from './jobs-crew.ts';
import { JOB_FORMATS, jobRequest, openJobsHouse } from './jobs-house.ts';
import { faultOfJob, untouchedHashes } from './jobs-files.ts';
import type { JobOutcome, OrderedJob } from './jobs-outcomes.ts';
import { hasEnded, lookAtJobs, outcomeOf } from './jobs-outcomes.ts';

/** What is tried. */
export interface JobsChaosOptions {
  readonly jobs: number;
  readonly workers: number;
  /** Jobs at a time of each worker. */
  readonly parallel: number;
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly secondsBetweenKills: number;
  /** An empty folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (ended: number, kills: number) => void;
}

/** What came of it. */
export interface JobsChaosReport {
  readonly jobs: readonly JobOutcome[];
  /** Workers killed while they ran a job. */
  readonly kills: number;
  /** From the death of Redis until it accepted connections again; 0 when it was not killed. */
  readonly redisAwayMs: number;
  readonly ms: number;
}

const POLL_MS = 200;
/** How long nothing answers when Redis is killed. */
const AWAY_MS = 1000;
/** Redis dies after this many workers. */
const KILLS_BEFORE_REDIS = 3;
/** Kills after these come ever more slowly: a machine on which no job ends between two of them is to end as well. */
const STEADY_KILLS = 6;
const SLOWER = 1.25;
/** What is not complete by then is counted as incomplete. */
const LONGEST_MS = 600_000;

/** Runs jobs while their workers are killed one after another, and Redis once. */
export async function killJobWorkers(options: JobsChaosOptions): Promise<JobsChaosReport> {
  const { jobs: count, workers, parallel, rows, rowsPerSecond } = options;
  const hashes = await untouchedHashes(rows, options.folder, options.signal);
  const folder = join(options.folder, 'jobs');
  await using redis = await startMortalRedis();
  await using house = await openJobsHouse(redis.url);
  const outputs = folderOutputs(folder);
  const jobs = createExportJobs({ ...house, outputs, limits: { open: count, perHour: count } });
  const orders = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const format = JOB_FORMATS[i % JOB_FORMATS.length] ?? '';
    orders.set(await jobs.submit(jobRequest(format, rows, rowsPerSecond)), format);
  }
  const start = performance.now();
  using crew = new JobsCrew(workers, { url: redis.url, folder, concurrency: parallel });
  const { ordered, ...kills } = await killUntilDone(() => lookAtJobs(jobs, orders), crew, redis, options);
  const ms = performance.now() - start;
  const made = await Promise.all(
    ordered.map(async (job) => {
      const completions = crew.completions.get(job.id) ?? 0;
      return outcomeOf(job, completions, await faultOfJob(outputs, job, hashes.get(job.format)));
    }),
  );
  return { jobs: made, ...kills, ms };
}

/** All jobs once they have ended, or the time is over. */
async function killUntilDone(
  look: () => Promise<readonly OrderedJob[]>,
  crew: JobsCrew,
  redis: Awaited<ReturnType<typeof startMortalRedis>>,
  { secondsBetweenKills, signal, onProgress }: JobsChaosOptions,
): Promise<Pick<JobsChaosReport, 'kills' | 'redisAwayMs'> & { readonly ordered: readonly OrderedJob[] }> {
  const start = performance.now();
  let [kills, redisAwayMs, lastKill, waitMs] = [0, 0, start, secondsBetweenKills * 1000];
  for (;;) {
    const ordered = await look();
    const ended = ordered.filter(hasEnded).length;
    onProgress(ended, kills);
    if (ended === ordered.length || performance.now() - start > LONGEST_MS)
      return { ordered, kills, redisAwayMs };
    if (performance.now() - lastKill > waitMs) {
      lastKill = performance.now();
      if (crew.kill()) kills++;
      if (kills > STEADY_KILLS) waitMs *= SLOWER;
    }
    if (kills === KILLS_BEFORE_REDIS && redisAwayMs === 0) {
      const died = performance.now();
      await redis.kill('SIGKILL');
      await delay(AWAY_MS);
      await redis.restart();
      redisAwayMs = performance.now() - died;
    }
    crew.throwIfBroken();
    throwIfAborted(signal, 'the chaos');
    await delay(POLL_MS);
  }
}
