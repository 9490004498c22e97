/** What a worker process is to work on. */
export interface JobsWorkerOrder {
  readonly url: string;
  /** Where outputs go. */
  readonly folder: string;
  /** Jobs at a time. */
  readonly concurrency: number;
}

/** What a worker process tells. */
export type FromJobsWorker =
  | { readonly event: 'ready' }
  /** What became of one of its jobs. */
  | {
      readonly event: 'job';
      readonly job: string;
      readonly what: 'started' | 'completed' | 'failed' | 'cancelled';
    }
  | { readonly event: 'broken'; readonly reason: string };
