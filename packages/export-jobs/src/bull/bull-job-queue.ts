import { randomUUID } from 'node:crypto';
import type { JobLease, JobNotice, JobQueue } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type * as Bull from 'bullmq';
import { MOST_TIMER_MS, wholeNumber } from '../whole-number.ts';
import type { BullConnection } from './bull-connection.ts';
import { hashTag, mustWaitForEver } from './bull-connection.ts';
import { Notices } from './notices.ts';

/** What a queue is made of. */
export interface BullQueueOptions {
  /** A client of ioredis, for one server or a Cluster; stays open. Workers need `maxRetriesPerRequest: null`. */
  readonly connection: BullConnection;
  /** What all keys begin with, in braces: the hash tag that keeps them on one node of a Cluster. @default 'perf' */
  readonly prefix?: string;
  /** Several queues may share a prefix. @default 'export-jobs' */
  readonly name?: string;
  /** How long a worker may say nothing before its job is another's, in ms. It says something every half of it. @default 30,000 */
  readonly lockMs?: number;
  /** How often workers look for jobs whose worker is gone, in ms. @default 15,000 */
  readonly stalledMs?: number;
  /** Told of what goes wrong between this process and Redis; the queue goes on by itself. @default nothing */
  readonly onError?: (error: unknown) => void;
}

/** How often a job may be handed out: as often as it takes. Runs that fail are counted in its record. */
const FOR_EVER = 1_000_000_000;
const AGAIN_MS = 1000;
const TIMER = { least: 1, most: MOST_TIMER_MS };

/**
 * Hands jobs out to workers of many processes and hosts, with BullMQ over Redis 6.2 or later. Needs the packages `bullmq` and `ioredis`.
 * A worker that is killed is noticed after at most `lockMs` and twice `stalledMs`.
 *
 * @example
 * const redis = new Redis({ maxRetriesPerRequest: null });
 * const queue = bullJobQueue({ connection: redis });
 * const store = redisJobStore(redis);
 */
export function bullJobQueue(options: BullQueueOptions): JobQueue {
  return new BullJobQueue(options);
}

class BullJobQueue implements JobQueue {
  readonly #connection: BullConnection;
  readonly #prefix: string;
  readonly #name: string;
  readonly #lockMs: number;
  readonly #stalledMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #notices: Notices;
  #queue: Promise<Bull.Queue> | undefined;
  #isClosed = false;

  constructor({
    connection,
    prefix = 'perf',
    name = 'export-jobs',
    lockMs = 30_000,
    stalledMs = 15_000,
    onError = () => undefined,
  }: BullQueueOptions) {
    if (name === '' || name.includes(':'))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `name must be a text without colons, got "${name}"`);
    this.#connection = connection;
    this.#prefix = hashTag(prefix);
    this.#name = name;
    this.#lockMs = wholeNumber('lockMs', lockMs, TIMER);
    this.#stalledMs = wholeNumber('stalledMs', stalledMs, TIMER);
    this.#onError = onError;
    this.#notices = new Notices(connection, `${this.#prefix}:${name}:notices`, onError);
  }

  async add(id: string, { delayMs = 0 }: { readonly delayMs?: number } = {}): Promise<void> {
    const queue = await this.#opened();
    await queue.add(
      'export',
      { id },
      {
        // Of its own for each call: a client that sends the command again after an outage adds nothing.
        jobId: randomUUID(),
        delay: Math.ceil(delayMs),
        attempts: FOR_EVER,
        backoff: { type: 'fixed', delay: AGAIN_MS },
        removeOnComplete: true,
        removeOnFail: true,
      },
    );
  }

  async consume(
    work: (id: string, lease: JobLease) => Promise<void>,
    { concurrency }: { readonly concurrency: number },
  ): Promise<AsyncDisposable> {
    this.#throwIfClosed();
    mustWaitForEver(this.#connection);
    const { Worker } = await loadBull();
    const leases = new Map<string, AbortController>();
    const run = async (job: Bull.Job): Promise<void> => {
      const lease = new AbortController();
      const key = String(job.id);
      // Handed out again to this very process: the earlier run is over.
      leases.get(key)?.abort();
      leases.set(key, lease);
      try {
        await work(idIn(job.data), { key, signal: lease.signal });
      } finally {
        if (leases.get(key) === lease) leases.delete(key);
      }
    };
    const worker = new Worker(this.#name, run, {
      connection: this.#connection,
      prefix: this.#prefix,
      concurrency,
      lockDuration: this.#lockMs,
      stalledInterval: this.#stalledMs,
      maxStalledCount: FOR_EVER,
      runRetryDelay: AGAIN_MS,
    });
    worker.on('error', this.#onError);
    worker.on('lockRenewalFailed', (keys) => {
      for (const key of keys) leases.get(key)?.abort();
    });
    await worker.waitUntilReady();
    return { [Symbol.asyncDispose]: () => worker.close() };
  }

  async notify(notice: JobNotice): Promise<void> {
    await this.#notices.tell(notice);
  }

  async listen(listener: (notice: JobNotice) => void): Promise<AsyncDisposable> {
    this.#throwIfClosed();
    return this.#notices.listen(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#notices.close();
    const queue = await this.#queue?.catch(() => undefined);
    await queue?.close();
  }

  #opened(): Promise<Bull.Queue> {
    this.#throwIfClosed();
    this.#queue ??= loadBull().then(({ Queue }) => {
      const queue = new Queue(this.#name, { connection: this.#connection, prefix: this.#prefix });
      queue.on('error', this.#onError);
      return queue;
    });
    return this.#queue;
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw new PerfError('ERR_PERF_DISPOSED', 'the job queue was disposed');
  }
}

/** Loaded when it is needed: jobs within one process do without. */
async function loadBull(): Promise<typeof Bull> {
  try {
    return await import('bullmq');
  } catch (cause) {
    throw new PerfError(
      'ERR_PERF_MISSING_PACKAGE',
      'jobs over many processes need bullmq: npm install bullmq ioredis',
      { cause },
    );
  }
}

function idIn(data: unknown): string {
  const { id } = Object.fromEntries(Object.entries(data ?? {}));
  return typeof id === 'string' ? id : '';
}
