import { randomUUID } from 'node:crypto';
import type { JobLease, JobNotice, JobQueue } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** Timers of a queue, for tests. */
export interface QueueTimers {
  /** Calls `work` after `ms`, and gives what forgets it. */
  readonly after: (ms: number, work: () => void) => () => void;
}

/** Hands jobs out within this process, first in, first out. The default for one process; what waits is gone when it ends. */
export function memoryJobQueue(timers: QueueTimers = realTimers): JobQueue {
  return new MemoryJobQueue(timers);
}

const realTimers: QueueTimers = {
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** One call of `add`. */
interface Entry {
  readonly id: string;
  readonly key: string;
}

/** Before a job is handed out again whose worker could not tell how it went. */
const AGAIN_MS = 1000;

type Work = (id: string, lease: JobLease) => Promise<void>;

class MemoryJobQueue implements JobQueue {
  readonly #timers: QueueTimers;
  readonly #waiting: Entry[] = [];
  readonly #delayed = new Set<() => void>();
  readonly #consumers = new Set<Consumer>();
  readonly #listeners = new Set<(notice: JobNotice) => void>();
  #isClosed = false;

  constructor(timers: QueueTimers) {
    this.#timers = timers;
  }

  async add(id: string, { delayMs = 0 }: { readonly delayMs?: number } = {}): Promise<void> {
    this.#throwIfClosed();
    const entry = { id, key: randomUUID() };
    if (delayMs <= 0) this.#arrive(entry);
    else this.#later(entry, delayMs);
  }

  async consume(work: Work, { concurrency }: { readonly concurrency: number }): Promise<AsyncDisposable> {
    this.#throwIfClosed();
    const consumer = new Consumer(work, concurrency, {
      next: () => this.#waiting.shift(),
      again: (entry) => this.#later(entry, AGAIN_MS),
    });
    this.#consumers.add(consumer);
    consumer.pump();
    return {
      [Symbol.asyncDispose]: async () => {
        this.#consumers.delete(consumer);
        await consumer.end();
      },
    };
  }

  async notify(notice: JobNotice): Promise<void> {
    for (const listener of this.#listeners) listener(notice);
  }

  async listen(listener: (notice: JobNotice) => void): Promise<AsyncDisposable> {
    this.#listeners.add(listener);
    return { [Symbol.asyncDispose]: async () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const forget of this.#delayed) forget();
    this.#delayed.clear();
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.end()));
  }

  #arrive(entry: Entry): void {
    this.#waiting.push(entry);
    for (const consumer of this.#consumers) consumer.pump();
  }

  #later(entry: Entry, delayMs: number): void {
    if (this.#isClosed) return;
    const forget = this.#timers.after(delayMs, () => {
      this.#delayed.delete(forget);
      this.#arrive(entry);
    });
    this.#delayed.add(forget);
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw new PerfError('ERR_PERF_DISPOSED', 'the job queue was disposed');
  }
}

/** Where a consumer has its jobs from, and gives back what could not be told how it went. */
interface ConsumerJobs {
  readonly next: () => Entry | undefined;
  readonly again: (entry: Entry) => void;
}

/** One worker's share of the queue. */
class Consumer {
  readonly #work: Work;
  readonly #concurrency: number;
  readonly #jobs: ConsumerJobs;
  readonly #running = new Set<Promise<void>>();
  /** Never aborted: a lease within one process is never lost. */
  readonly #signal = new AbortController().signal;
  #isEnded = false;

  constructor(work: Work, concurrency: number, jobs: ConsumerJobs) {
    this.#work = work;
    this.#concurrency = concurrency;
    this.#jobs = jobs;
  }

  pump(): void {
    while (!this.#isEnded && this.#running.size < this.#concurrency) {
      const entry = this.#jobs.next();
      if (entry === undefined) return;
      const running: Promise<void> = this.#work(entry.id, { key: entry.key, signal: this.#signal })
        .catch(() => this.#jobs.again(entry))
        .finally(() => {
          this.#running.delete(running);
          this.pump();
        });
      this.#running.add(running);
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await Promise.allSettled(this.#running);
  }
}
