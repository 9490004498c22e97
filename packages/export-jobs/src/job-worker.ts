import type { JobLease, JobRecord } from '@perf/contracts';
import type { JobWorkerOptions, WorkerParts } from './job-parts.ts';
import { expiryOf, workerParts } from './job-parts.ts';
import { JobRun } from './job-run.ts';

/**
 * Begins to run the jobs of a queue in this process, and goes on until what it gives is disposed. Disposing waits for nothing: running jobs
 * are paused at their last checkpoint and handed back to the queue. What is passed in stays open.
 *
 * @example
 * await using worker = await createJobWorker({
 *   queue, store, outputs: folderOutputs('exports'),
 *   sources: { flights: (params, { cursor, signal }) => service.source(queryOf(params), { cursor, signal }) },
 *   formats: { csv: ({ template }) => createCsvExporter({ template }) },
 * });
 */
export async function createJobWorker(options: JobWorkerOptions): Promise<AsyncDisposable> {
  const worker = new JobWorker(workerParts(options));
  await worker.start();
  return worker;
}

class JobWorker implements AsyncDisposable {
  readonly #parts: WorkerParts;
  readonly #running = new Set<JobRun>();
  #consuming: AsyncDisposable | undefined;
  #listening: AsyncDisposable | undefined;
  #isEnding = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { queue, concurrency } = this.#parts;
    this.#listening = await queue.listen((notice) => {
      for (const run of this.#running) run.notice(notice);
    });
    this.#consuming = await queue.consume((id, lease) => this.#work(id, lease), { concurrency });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    for (const run of this.#running) run.handBack();
    await this.#consuming?.[Symbol.asyncDispose]();
    await this.#listening?.[Symbol.asyncDispose]();
  }

  /** Rejects when it cannot tell how the job is, as when the store is away: the queue hands the job out again. */
  async #work(id: string, lease: JobLease): Promise<void> {
    try {
      const record = await this.#take(id, lease);
      if (record === undefined) return;
      const run = new JobRun(this.#parts, record);
      this.#running.add(run);
      if (this.#isEnding) run.handBack();
      await run.run(lease).finally(() => this.#running.delete(run));
    } catch (error) {
      this.#parts.onError(error);
      throw error;
    }
  }

  /** Takes the job, unless somebody else has, or it has ended meanwhile, or it is to end now. */
  async #take(id: string, { key, signal }: JobLease): Promise<JobRecord | undefined> {
    const { store, outputs, now, retries } = this.#parts;
    const before = await store.get(id);
    if (before === undefined || (before.state !== 'pending' && before.state !== 'running')) return undefined;
    // Queued twice, and the other one is at work: when that worker dies, it is the other one that is handed out again.
    if (before.state === 'running' && before.lease !== key) return undefined;
    const { epoch, wish } = before;
    const condition = { epoch, states: [before.state] };
    const stalls = before.stalls + (before.state === 'running' ? 1 : 0);
    if (wish === 'pause') {
      const paused = { state: 'paused', stalls, wish: undefined } as const;
      const isPaused = (await store.update(id, paused, { ...condition, wishIsNot: 'cancel' })) !== undefined;
      // Something has changed since: perhaps it is to be cancelled now.
      return isPaused ? undefined : this.#take(id, { key, signal });
    }
    if (wish === 'cancel' || stalls > retries.stalls) {
      const message = `its worker ended without a word ${stalls} times`;
      const error = wish === 'cancel' ? undefined : { code: 'ERR_PERF_LIMIT_EXCEEDED', message };
      const state = wish === 'cancel' ? 'cancelled' : 'failed';
      const ended = await store.update(
        id,
        { state, stalls, error, wish: undefined, endedAt: now(), expiresAt: expiryOf(this.#parts) },
        condition,
      );
      if (ended !== undefined) await outputs.remove(ended);
      return undefined;
    }
    const change = { state: 'running', stalls, lease: key, startedAt: before.startedAt ?? now() } as const;
    return store.take(id, change, condition);
  }
}
