import type { CheckpointStore, ExportManifest, ExportSink } from './export.ts';
import type { ExportTemplate } from './export-template.ts';

/**
 * Where a job is. `pending` waits for a worker or for its next attempt; `paused` waits for somebody to resume it; `expired` was completed
 * and its file has been removed.
 */
export type JobState = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'expired';

/** What is to be exported. JSON only: it carries no rows, no SQL text and no secret. */
export interface JobRequest {
  /** A source that workers know by name, and what it is given. */
  readonly source: { readonly name: string; readonly params?: unknown };
  /** A format that workers know by name, as in `csv.gz`. */
  readonly format: string;
  readonly template?: ExportTemplate;
  /** Given to the format's factory. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whom the job belongs to. */
  readonly owner: string;
  /** Name of the file. @default `export.<format>` */
  readonly fileName?: string;
}

/** How far a running job is. */
export interface JobProgress {
  readonly rows: number;
  readonly bytes: number;
  readonly totalRows?: number;
  readonly etaMs?: number;
}

/** All that is known of a job. JSON-safe; instants are epoch ms. */
export interface JobRecord {
  /** Version of this form. */
  readonly version: 1;
  readonly id: string;
  readonly request: JobRequest;
  readonly state: JobState;
  /** Raised whenever a worker takes the job. What an earlier worker wants to write is refused. */
  readonly epoch: number;
  /** Runs that ended in an error. */
  readonly attempts: number;
  /** Runs that ended without a word, as when a process is killed. */
  readonly stalls: number;
  /** The queue's name for what the running worker was handed. */
  readonly lease?: string;
  /** What the running worker is asked to do. */
  readonly wish?: 'cancel' | 'pause';
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When the file of a completed job is removed, and when the record of another one that has ended is; absent: never. */
  readonly expiresAt?: number;
  readonly progress?: JobProgress;
  /** Of a completed job. */
  readonly manifest?: ExportManifest;
  /** Why the last run failed. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** What of a record changes. `undefined` removes a property. */
export type JobChange = {
  readonly [P in Exclude<keyof JobRecord, 'version' | 'id' | 'request' | 'createdAt' | 'epoch'>]?:
    | JobRecord[P]
    | undefined;
};

/** When a change is made. All that is given must hold, at one instant. */
export interface JobCondition {
  readonly states?: readonly JobState[];
  readonly epoch?: number;
  /** Nobody wishes this: a change that ends a wish does not end another one that came meanwhile. */
  readonly wishIsNot?: 'cancel' | 'pause';
}

/** Where records are kept. Every call is one step: it is seen by all processes, or by none. */
export interface JobStore {
  /** Keeps a new record. Refuses an id that is there (`ERR_PERF_INVALID_OPTION`). */
  create(record: JobRecord): Promise<void>;
  get(id: string): Promise<JobRecord | undefined>;
  /** Changes a record and gives the new one; undefined when it is gone or the condition does not hold. */
  update(id: string, change: JobChange, condition?: JobCondition): Promise<JobRecord | undefined>;
  /** As `update`, and raises the epoch by one. */
  take(id: string, change: JobChange, condition: JobCondition): Promise<JobRecord | undefined>;
  /** Removes a record; gives whether it was there. */
  remove(id: string): Promise<boolean>;
  /** Records of an owner, newest first. @param before only those created before this instant */
  list(
    owner: string,
    page: { readonly limit: number; readonly before?: number },
  ): Promise<readonly JobRecord[]>;
  /** How many records an owner has: those pending, running or paused, and those created after `since`, whatever became of them. */
  count(owner: string, since: number): Promise<{ readonly open: number; readonly recent: number }>;
  /** Ids of records whose `expiresAt` is not after `instant`; at most `limit`. */
  expiredBefore(instant: number, limit: number): Promise<readonly string[]>;
}

/** What a queue gives a worker with a job. */
export interface JobLease {
  /** Of one `add`: the same when the job is handed out again because its worker is gone, another one when it was added twice. */
  readonly key: string;
  /** Aborted when the queue has given the job to another worker, or can no longer tell. */
  readonly signal: AbortSignal;
}

/** Something asked of a running job. */
export interface JobNotice {
  readonly id: string;
  readonly wish: 'cancel' | 'pause';
}

/** Hands jobs to workers, each to one at a time. A job whose worker dies, or whose `work` rejects, is handed out again. */
export interface JobQueue extends AsyncDisposable {
  /** Has the job run, after `delayMs` (default 0). */
  add(id: string, options?: { readonly delayMs?: number }): Promise<void>;
  /** Calls `work` for jobs, at most `concurrency` at a time, until what it gives is disposed, which waits for those that run. */
  consume(
    work: (id: string, lease: JobLease) => Promise<void>,
    options: { readonly concurrency: number },
  ): Promise<AsyncDisposable>;
  /** Tells every process. May be lost: the record says it too. */
  notify(notice: JobNotice): Promise<void>;
  /** Gives what ends the listening. */
  listen(listener: (notice: JobNotice) => void): Promise<AsyncDisposable>;
}

/** Where the output of one run goes. */
export interface JobOutput {
  readonly sink: ExportSink;
  readonly checkpoint: CheckpointStore;
}

/** Where outputs of jobs are kept. */
export interface JobOutputs {
  /** The output of a run. What runs of a lower epoch wrote is taken over; they can write to it no more. */
  open(record: JobRecord): Promise<JobOutput>;
  /** Removes all that a job has written. */
  remove(record: JobRecord): Promise<void>;
}
