import type { JobLease, JobQueue } from '@perf/contracts';

type Work = Parameters<JobQueue['consume']>[0];

/** A queue that hands out what the test wants, whenever it wants. */
export class HandQueue implements JobQueue {
  readonly added: string[] = [];
  work: Work = async () => undefined;

  async add(id: string): Promise<void> {
    this.added.push(id);
  }
  async consume(work: Work): Promise<AsyncDisposable> {
    this.work = work;
    return { [Symbol.asyncDispose]: async () => undefined };
  }
  async notify(): Promise<void> {
    // Notices may be lost: these all are.
  }
  async listen(): Promise<AsyncDisposable> {
    return { [Symbol.asyncDispose]: async () => undefined };
  }
  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open.
  }
}

/** What a job is handed out with. */
export function lease(key: string, signal: AbortSignal = new AbortController().signal): JobLease {
  return { key, signal };
}
