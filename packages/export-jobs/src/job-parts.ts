import type {
  BatchSource,
  ExportTemplate,
  Exporter,
  JobOutputs,
  JobQueue,
  JobStore,
  RepeatableSource,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { MOST_TIMER_MS, wholeNumber } from './whole-number.ts';

/**
 * Opens the rows of a job: any `BatchSource`, as an engine's `ResultStream`. After a pause or a crash only a `RepeatableSource` is gone on
 * with; a job with another one has no checkpoints and begins anew, which counts as an attempt. What it gives is disposed in the end where it can be.
 * @param params what the request gives
 */
export type JobSource = (
  params: unknown,
  use: {
    /** What a checkpoint kept; undefined: from the first row. */
    readonly cursor: unknown;
    readonly signal: AbortSignal;
  },
) => Promise<BatchSource | RepeatableSource> | BatchSource | RepeatableSource;

/** Makes the exporter of a format. */
export type JobFormat = (request: {
  readonly template?: ExportTemplate;
  readonly options?: Readonly<Record<string, unknown>>;
}) => Exporter;

/** How runs that failed are tried again. */
export interface RetryOptions {
  /** Runs that may end in an error; the last one fails the job. @default 3 */
  readonly attempts?: number;
  /** Wait before the second run; doubled for each one after, up to `maxDelayMs`, less up to half of it by chance. @default 1000 */
  readonly delayMs?: number;
  /** @default 60,000 */
  readonly maxDelayMs?: number;
  /** Runs that may end without a word. A process that is killed by what it exports would be killed for ever. @default 20 */
  readonly stalls?: number;
}

/** What a worker works with. */
export interface JobWorkerOptions {
  readonly queue: JobQueue;
  readonly store: JobStore;
  readonly outputs: JobOutputs;
  /** By the name that requests give. Needed without `thread`. */
  readonly sources?: Readonly<Record<string, JobSource>>;
  /** By the name that requests give, as in `csv.gz`. Needed without `thread`. */
  readonly formats?: Readonly<Record<string, JobFormat>>;
  /**
   * A module that calls `jobThread({ sources, formats, outputs })`, started in a thread of its own for every run: a source that blocks its
   * thread then blocks neither other jobs nor the word to the queue that this one goes on. @default exports run on the calling thread
   */
  readonly thread?: URL;
  /** Jobs at a time. @default 1 */
  readonly concurrency?: number;
  readonly retries?: RetryOptions;
  /** How long the file of a completed job, and the record of a failed or cancelled one, are kept, in ms; 0: for ever. @default 7 days */
  readonly keepMs?: number;
  /** Told of failures that no job can tell of, as when the store is away. @default nothing */
  readonly onError?: (error: unknown) => void;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** What a thread of a worker works with. */
export interface JobThreadOptions {
  readonly sources: Readonly<Record<string, JobSource>>;
  readonly formats: Readonly<Record<string, JobFormat>>;
  /** The same place as that of the worker. */
  readonly outputs: JobOutputs;
}

/** The options with their defaults. */
export type WorkerParts = Required<Omit<JobWorkerOptions, 'retries' | 'thread'>> & {
  readonly retries: Required<RetryOptions>;
  readonly thread: URL | undefined;
};

const WEEK_MS = 7 * 24 * 3_600_000;

/** When what ends now is removed; undefined: never. */
export function expiryOf({ now, keepMs }: WorkerParts): number | undefined {
  return keepMs === 0 ? undefined : now() + keepMs;
}

/** Fills in the defaults. Throws `ERR_PERF_INVALID_OPTION` for numbers that make no sense. */
export function workerParts({
  queue,
  store,
  outputs,
  sources,
  formats,
  thread,
  concurrency = 1,
  retries = {},
  keepMs = WEEK_MS,
  onError = () => undefined,
  now = Date.now,
  random = Math.random,
}: JobWorkerOptions): WorkerParts {
  if (thread === undefined && (sources === undefined || formats === undefined))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      'a worker needs sources and formats, or a thread that has them',
    );
  return {
    queue,
    store,
    outputs,
    sources: sources ?? {},
    formats: formats ?? {},
    thread,
    concurrency: wholeNumber('concurrency', concurrency, { least: 1 }),
    retries: retriesOf(retries),
    keepMs: wholeNumber('keepMs', keepMs, { least: 0 }),
    onError,
    now,
    random,
  };
}

function retriesOf({
  attempts = 3,
  delayMs = 1000,
  maxDelayMs = 60_000,
  stalls = 20,
}: RetryOptions): Required<RetryOptions> {
  const wait = { least: 0, most: MOST_TIMER_MS };
  return {
    attempts: wholeNumber('retries.attempts', attempts, { least: 1 }),
    delayMs: wholeNumber('retries.delayMs', delayMs, wait),
    maxDelayMs: wholeNumber('retries.maxDelayMs', maxDelayMs, wait),
    stalls: wholeNumber('retries.stalls', stalls, { least: 0 }),
  };
}
