import diagnostics from 'node:diagnostics_channel';
import type {
  ChannelMessages,
  ExportManifest,
  JobChange,
  JobCondition,
  JobLease,
  JobNotice,
  JobOutput,
  JobRecord,
  PerfErrorCode,
  Progress,
} from '@perf/contracts';
import { channels, isPerfError } from '@perf/contracts';
import type { WorkerParts } from './job-parts.ts';
import { expiryOf } from './job-parts.ts';
import { runRequest } from './run-request.ts';
import { runInThread } from './thread/run-in-thread.ts';

/** Errors that come again however often one tries. */
const PERMANENT: ReadonlySet<PerfErrorCode> = new Set<PerfErrorCode>([
  'ERR_PERF_INVALID_OPTION',
  'ERR_PERF_INVALID_QUERY',
  'ERR_PERF_INVALID_VALUE',
  'ERR_PERF_UNKNOWN_TABLE',
  'ERR_PERF_UNKNOWN_FIELD',
  'ERR_PERF_UNSUPPORTED',
  'ERR_PERF_UNSUPPORTED_OPERATOR',
  'ERR_PERF_LIMIT_EXCEEDED',
  'ERR_PERF_MISSING_PACKAGE',
]);
/** Errors after which one starts again from the first row. */
const STALE: ReadonlySet<string> = new Set(['ERR_PERF_CHECKPOINT_MISMATCH', 'ERR_PERF_SOURCE_CHANGED']);

/** How often a run looks at its record, whatever else it does. */
const LOOK_MS = 1000;

/** Why a run was ended from outside. */
type Ending = 'cancel' | 'pause' | 'lost' | 'handed back';

const jobs = diagnostics.channel(channels.job);

/** One run of a job: from the moment a worker takes it to the moment it lets go. */
export class JobRun {
  readonly #parts: WorkerParts;
  readonly #record: JobRecord;
  readonly #stop = new AbortController();
  #ending: Ending | undefined;
  #telling: Promise<void> | undefined;

  constructor(parts: WorkerParts, record: JobRecord) {
    this.#parts = parts;
    this.#record = record;
  }

  /** Heard from another process. */
  notice({ id, wish }: JobNotice): void {
    if (id === this.#record.id) this.#end(wish);
  }

  /** This worker ends: the job goes on elsewhere. */
  handBack(): void {
    this.#end('handed back');
  }

  /** Runs the job and says in its record how it ended. Rejects only when the store fails. */
  async run({ signal }: JobLease): Promise<void> {
    const lose = (): void => this.#end('lost');
    if (signal.aborted) lose();
    else signal.addEventListener('abort', lose, { once: true });
    // Where a notice was lost and the source gives no row, nothing else would make it look.
    const watch = setInterval(() => this.#tell({}), LOOK_MS).unref();
    this.#publish('started');
    let output: JobOutput | undefined;
    try {
      output = await this.#parts.outputs.open(this.#record);
      await this.#completed(await this.#export(output));
    } catch (error) {
      await this.#ended(error, output);
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', lose);
    }
  }

  #export(output: JobOutput): Promise<ExportManifest> {
    const { thread, sources, formats } = this.#parts;
    const use = {
      output,
      signal: this.#stop.signal,
      mustBeOurs: () => this.#mustBeOurs(),
      onProgress: (progress: Progress) => this.#told(progress),
    };
    return thread === undefined
      ? runRequest({ sources, formats }, this.#record.request, use)
      : runInThread(thread, this.#record, use);
  }

  /** Looks at the record, and ends the run when it belongs to another, or somebody wants it to end. */
  async #mustBeOurs(): Promise<void> {
    await this.#look({});
    this.#stop.signal.throwIfAborted();
  }

  #told({ rows, bytes, totalRows, etaMs }: Progress): void {
    const progress = {
      rows,
      bytes,
      ...(totalRows === undefined ? {} : { totalRows }),
      ...(etaMs === undefined ? {} : { etaMs }),
    };
    this.#tell({ progress });
    this.#publish('progress');
  }

  /** One at a time: a store that is slow hears less often, and never too late. */
  #tell(change: JobChange): void {
    this.#telling ??= this.#look(change)
      .catch(this.#parts.onError)
      .finally(() => {
        this.#telling = undefined;
      });
  }

  async #look(change: JobChange): Promise<void> {
    const record = await this.#update(change);
    if (record === undefined) this.#end('lost');
    else if (record.wish !== undefined) this.#end(record.wish);
  }

  #end(ending: Ending): void {
    // Whoever cancels means it, also while the run is about to end for another reason.
    if (this.#ending === undefined || (ending === 'cancel' && this.#ending !== 'lost')) this.#ending = ending;
    // Whoever has taken the job over, or will resume it, needs what was written: only a cancelled job leaves nothing.
    this.#stop.abort(ending === 'cancel' ? new Error('the job was cancelled') : 'pause');
  }

  async #completed(manifest: ExportManifest): Promise<void> {
    const record = await this.#settle({
      state: 'completed',
      manifest,
      progress: { rows: manifest.rows, bytes: manifest.bytes },
      ...this.#endOf(),
      error: undefined,
      wish: undefined,
    });
    if (record !== undefined) this.#publish('completed');
  }

  async #ended(error: unknown, output: JobOutput | undefined): Promise<void> {
    switch (this.#ending) {
      case 'lost':
        return;
      case 'pause':
        await this.#settle({ state: 'paused', wish: undefined });
        return;
      case 'handed back':
        if ((await this.#settle({ state: 'pending' })) !== undefined)
          await this.#parts.queue.add(this.#record.id);
        return;
      case 'cancel':
        await this.#cancelled();
        return;
      case undefined:
        await this.#failed(error, output);
    }
  }

  async #failed(failure: unknown, output: JobOutput | undefined): Promise<void> {
    const { retries, queue, outputs } = this.#parts;
    const attempts = this.#record.attempts + 1;
    const error = {
      code: isPerfError(failure) ? failure.code : 'unknown',
      message: failure instanceof Error ? failure.message : String(failure),
    };
    const isPermanent = isPerfError(failure) && PERMANENT.has(failure.code);
    if (isPermanent || attempts >= retries.attempts) {
      const record = await this.#settle({
        state: 'failed',
        attempts,
        error,
        ...this.#endOf(),
        wish: undefined,
      });
      if (record === undefined) return;
      await outputs.remove(this.#record);
      this.#publish('failed');
      return;
    }
    if (STALE.has(error.code)) await output?.checkpoint.remove();
    if ((await this.#settle({ state: 'pending', attempts, error })) === undefined) return;
    await queue.add(this.#record.id, { delayMs: this.#delay(attempts) });
  }

  /** Exponential, less up to half of it by chance, so that jobs which failed together do not come back together. */
  #delay(attempts: number): number {
    const { retries, random } = this.#parts;
    const delay = Math.min(retries.maxDelayMs, retries.delayMs * 2 ** (attempts - 1));
    return delay * (1 - random() / 2);
  }

  #endOf(): Pick<JobChange, 'endedAt' | 'expiresAt'> {
    return { endedAt: this.#parts.now(), expiresAt: expiryOf(this.#parts) };
  }

  /** Says how the run has ended, unless somebody has cancelled the job meanwhile; undefined then, and when another run has it. */
  async #settle(change: JobChange): Promise<JobRecord | undefined> {
    await this.#telling;
    const record = await this.#update(change, { wishIsNot: 'cancel' });
    if (record === undefined) await this.#cancelled();
    return record;
  }

  async #cancelled(): Promise<void> {
    await this.#telling;
    const record = await this.#update({ state: 'cancelled', ...this.#endOf(), wish: undefined });
    // Another run has the job.
    if (record === undefined) return;
    await this.#parts.outputs.remove(record);
    this.#publish('cancelled');
  }

  /** Changes the record while the job is this run's. */
  async #update(
    change: JobChange,
    condition: Pick<JobCondition, 'wishIsNot'> = {},
  ): Promise<JobRecord | undefined> {
    const { id, epoch } = this.#record;
    return this.#parts.store.update(id, change, { epoch, states: ['running'], ...condition });
  }

  #publish(event: ChannelMessages['job']['event']): void {
    if (jobs.hasSubscribers) jobs.publish({ job: this.#record.id, event } satisfies ChannelMessages['job']);
  }
}
