import type { JobRecord } from '@perf/contracts';
import type { ExportJobs } from '@perf/export-jobs';

/** A job as it was ordered, and what is known of it; no record: the store has lost it. */
export interface OrderedJob {
  readonly id: string;
  readonly format: string;
  readonly record: JobRecord | undefined;
}

/** What became of one job. */
export interface JobOutcome {
  readonly format: string;
  readonly state: JobRecord['state'] | 'lost';
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

/** Looks at every job that was ordered, also at those that the store knows no more. @param orders formats by id */
export async function lookAtJobs(
  jobs: Pick<ExportJobs, 'get'>,
  orders: ReadonlyMap<string, string>,
): Promise<readonly OrderedJob[]> {
  return Promise.all(
    Array.from(orders, async ([id, format]) => ({ id, format, record: await jobs.get(id) })),
  );
}

/** Whether nothing more will become of a job. */
export function hasEnded({ record }: OrderedJob): boolean {
  return record === undefined || record.state === 'completed' || record.state === 'failed';
}

/** What became of a job. */
export function outcomeOf(
  { format, record }: OrderedJob,
  completions: number,
  fault: string | undefined,
): JobOutcome {
  const { state = 'lost', epoch: runs = 0, stalls = 0, attempts = 0, error } = record ?? {};
  return {
    format,
    state,
    runs,
    stalls,
    attempts,
    completions,
    ...(fault === undefined ? {} : { fault }),
    ...(error === undefined ? {} : { error: error.message }),
  };
}
