import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobRecord } from '@perf/contracts';
import { throwIfAborted } from '@perf/contracts';
import type { ExportJobs } from '@perf/export-jobs';
import { createExportJobs, folderOutputs } from '@perf/export-jobs';
import { startMortalRedis } from '../scorecard/servers.ts';
import { JobsCrew } from './jobs-crew.ts';
import { JOB_FORMATS, jobRequest, openJobsHouse } from './jobs-house.ts';
import { faultOfJob, untouchedHashes } from './jobs-files.ts';

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

/** What became of one job. */
export interface JobOutcome {
  readonly format: string;
  readonly state: JobRecord['state'];
  /** Times that a worker began or went on with it. */
  readonly runs: number;
  /** Runs that ended without a word. */
  readonly stalls: number;
  /** Runs that ended in an error. */
  readonly attempts: number;
  /** Times that a worker said it was completed. */
  readonly completions: number;
  /** Why its file is not byte for byte that of an export which nobody disturbed, alone in its folder; absent: it is. */
  readonly fault?: string;
  readonly error?: string;
}

const POLL_MS = 200;
/** How long nothing answers when Redis is killed. */
const AWAY_MS = 1000;
/** Redis dies after this many workers. */
const KILLS_BEFORE_REDIS = 3;
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
  for (let i = 0; i < count; i++)
    await jobs.submit(jobRequest(JOB_FORMATS[i % JOB_FORMATS.length] ?? '', rows, rowsPerSecond));
  const start = performance.now();
  using crew = new JobsCrew(workers, { url: redis.url, folder, concurrency: parallel });
  const { records, ...kills } = await killUntilDone(jobs, crew, redis, options);
  const ms = performance.now() - start;
  const made = await Promise.all(
    records.map(async (record) => {
      const completions = crew.completions.get(record.id) ?? 0;
      const fault = await faultOfJob(outputs, record, hashes.get(record.request.format));
      return outcomeOf(record, completions, fault);
    }),
  );
  return { jobs: made, ...kills, ms };
}

/** The records of all jobs once they have ended, or the time is over. */
async function killUntilDone(
  jobs: ExportJobs,
  crew: JobsCrew,
  redis: Awaited<ReturnType<typeof startMortalRedis>>,
  { jobs: count, secondsBetweenKills, signal, onProgress }: JobsChaosOptions,
): Promise<Pick<JobsChaosReport, 'kills' | 'redisAwayMs'> & { readonly records: readonly JobRecord[] }> {
  const start = performance.now();
  let [kills, redisAwayMs, lastKill] = [0, 0, start];
  for (;;) {
    const records = await jobs.list('chaos', { limit: count });
    const ended = records.filter(({ state }) => state === 'completed' || state === 'failed').length;
    onProgress(ended, kills);
    if (ended === count || performance.now() - start > LONGEST_MS) return { records, kills, redisAwayMs };
    if (performance.now() - lastKill > secondsBetweenKills * 1000) {
      lastKill = performance.now();
      if (crew.kill()) kills++;
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

function outcomeOf(
  { request: { format }, state, epoch: runs, stalls, attempts, error }: JobRecord,
  completions: number,
  fault: string | undefined,
): JobOutcome {
  const outcome = {
    format,
    state,
    runs,
    stalls,
    attempts,
    completions,
    ...(fault === undefined ? {} : { fault }),
  };
  return error === undefined ? outcome : { ...outcome, error: error.message };
}
