import { randomUUID } from 'node:crypto';
import type { JobOutputs, JobQueue, JobRecord, JobRequest, JobStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { checkRequest } from './job-request.ts';
import { LinkSigner } from './links.ts';
import { OPEN_STATES } from './open-states.ts';
import { wholeNumber } from './whole-number.ts';

/** What one owner may have at a time: whole numbers from 1. */
export interface OwnerLimits {
  /** Jobs that wait, run or are paused. @default 20 */
  readonly open?: number;
  /** Jobs submitted within an hour. @default 200 */
  readonly perHour?: number;
}

/** What jobs are made of. Whoever opened a part closes it. */
export interface ExportJobsOptions {
  readonly queue: JobQueue;
  readonly store: JobStore;
  readonly outputs: JobOutputs;
  readonly limits?: OwnerLimits;
  /** How long records are kept after their file was removed, or they were cancelled before they ran, in ms. @default 30 days */
  readonly keepRecordsMs?: number;
  /** Signs download links: at least 32 characters, the same in every process. @default there are no links */
  readonly linkSecret?: string;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
}

const MONTH_MS = 30 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const LINK_MS = 24 * HOUR_MS;
const SWEEP = 1000;

/** Makes the side of export jobs that people talk to; workers run them (see `createJobWorker`). */
export function createExportJobs(options: ExportJobsOptions): ExportJobs {
  return new ExportJobs(options);
}

/** Submits, watches and ends export jobs, from any process. */
export class ExportJobs {
  readonly #queue: JobQueue;
  readonly #store: JobStore;
  readonly #outputs: JobOutputs;
  readonly #limits: Required<OwnerLimits>;
  readonly #keepRecordsMs: number;
  readonly #signer: LinkSigner | undefined;
  readonly #now: () => number;

  constructor({
    queue,
    store,
    outputs,
    limits: { open = 20, perHour = 200 } = {},
    keepRecordsMs = MONTH_MS,
    linkSecret,
    now = Date.now,
  }: ExportJobsOptions) {
    this.#queue = queue;
    this.#store = store;
    this.#outputs = outputs;
    this.#limits = {
      open: wholeNumber('limits.open', open, { least: 1 }),
      perHour: wholeNumber('limits.perHour', perHour, { least: 1 }),
    };
    this.#keepRecordsMs = wholeNumber('keepRecordsMs', keepRecordsMs, { least: 0 });
    this.#signer = linkSecret === undefined ? undefined : new LinkSigner(linkSecret);
    this.#now = now;
  }

  /**
   * Has an export run, and gives the job's id. Rejects with `ERR_PERF_INVALID_OPTION` for a request that makes no sense, and with
   * `ERR_PERF_LIMIT_EXCEEDED` when the owner has too many jobs.
   */
  async submit(request: JobRequest): Promise<string> {
    const checked = checkRequest(request);
    await this.#checkLimits(checked.owner);
    const id = randomUUID();
    await this.#store.create({
      version: 1,
      id,
      request: checked,
      state: 'pending',
      epoch: 0,
      attempts: 0,
      stalls: 0,
      createdAt: this.#now(),
    });
    await this.#queue.add(id);
    return id;
  }

  /** What is known of a job; undefined when there is none of that id. */
  async get(id: string): Promise<JobRecord | undefined> {
    return this.#store.get(id);
  }

  /** Jobs of an owner, newest first. @param page `limit` (default 50, 1000 at most), and `before`: only those created before this instant */
  async list(
    owner: string,
    { limit = 50, before }: { readonly limit?: number; readonly before?: number } = {},
  ): Promise<readonly JobRecord[]> {
    wholeNumber('limit', limit, { least: 1, most: 1000 });
    if (Number.isNaN(before))
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'before must be a time, got NaN');
    return this.#store.list(owner, { limit, ...(before === undefined ? {} : { before }) });
  }

  /**
   * Ends a job and removes what it has written. A running one is told at once, wherever it runs, and finds out within a second where that
   * word is lost. Gives the record as it is then; a job that has ended already stays as it is.
   */
  async cancel(id: string): Promise<JobRecord> {
    return this.#unlessEnded(id, async () => {
      const at = this.#now();
      const waiting = await this.#store.update(
        id,
        { state: 'cancelled', wish: undefined, endedAt: at, expiresAt: at + this.#keepRecordsMs },
        { states: ['pending', 'paused'] },
      );
      if (waiting === undefined) return this.#wish(id, 'cancel');
      await this.#outputs.remove(waiting);
      return waiting;
    });
  }

  /** Stops a job where it is, to be resumed later. One that is to be cancelled stays as it is. */
  async pause(id: string): Promise<JobRecord> {
    return this.#unlessEnded(id, async () => {
      const waiting = { states: ['pending', 'paused'], wishIsNot: 'cancel' } as const;
      return (
        (await this.#store.update(id, { state: 'paused', wish: undefined }, waiting)) ??
        this.#wish(id, 'pause')
      );
    });
  }

  /** Lets a paused job go on, and has a pending one queued again, as when its queue was lost. Another one stays as it is. */
  async resume(id: string): Promise<JobRecord> {
    const record = await this.#store.update(
      id,
      { state: 'pending', wish: undefined },
      { states: ['paused', 'pending'] },
    );
    if (record !== undefined) await this.#queue.add(id);
    return record ?? this.#existing(id);
  }

  /** Forgets a job that has ended, and removes its file. Rejects with `ERR_PERF_UNSUPPORTED` while it is open: cancel it first. */
  async remove(id: string): Promise<void> {
    const record = await this.#existing(id);
    if (OPEN_STATES.has(record.state))
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `the job is ${record.state}; cancel it before it is removed`,
      );
    await this.#outputs.remove(record);
    await this.#store.remove(id);
  }

  /** A signed text for the URL of a completed job's file. @param options `ttlMs`: how long it opens, default a day */
  async link(id: string, { ttlMs = LINK_MS }: { readonly ttlMs?: number } = {}): Promise<string> {
    wholeNumber('ttlMs', ttlMs, { least: 1 });
    const record = await this.#existing(id);
    if (record.state !== 'completed')
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `the job is ${record.state}; only a completed one has a file`,
      );
    const ends = Math.min(this.#now() + ttlMs, record.expiresAt ?? Number.MAX_SAFE_INTEGER);
    return this.#links().sign({ id, expiresAt: Math.floor(ends) });
  }

  /** The job that a link is for; undefined when the link is not ours, has ended, or its file is gone. */
  async openLink(link: string): Promise<JobRecord | undefined> {
    const opened = this.#links().open(link, this.#now());
    if (opened === undefined) return undefined;
    const record = await this.#store.get(opened.id);
    return record?.state === 'completed' ? record : undefined;
  }

  /**
   * Removes the files of jobs that have expired, and records that were kept long enough. Call it now and then, in one process or in all.
   * Gives how many jobs it has changed.
   */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const id of await this.#store.expiredBefore(this.#now(), SWEEP)) {
      const record = await this.#store.get(id);
      if (record !== undefined && (await this.#sweepOne(record))) swept++;
    }
    return swept;
  }

  /** A completed job loses its file, and its record some time after; another one its record at once. */
  async #sweepOne(record: JobRecord): Promise<boolean> {
    const { id, state } = record;
    await this.#outputs.remove(record);
    if (state !== 'completed') return this.#store.remove(id);
    const change = { state: 'expired', expiresAt: this.#now() + this.#keepRecordsMs } as const;
    return (await this.#store.update(id, change, { states: ['completed'] })) !== undefined;
  }

  /** Asks the running worker; undefined when none runs the job, or it is to be cancelled anyway. */
  async #wish(id: string, wish: 'cancel' | 'pause'): Promise<JobRecord | undefined> {
    const isKept = wish === 'pause' ? ({ wishIsNot: 'cancel' } as const) : {};
    const record = await this.#store.update(id, { wish }, { states: ['running'], ...isKept });
    if (record !== undefined) await this.#queue.notify({ id, wish });
    return record;
  }

  /** Tries a step until it holds: a job may begin or end to run while somebody looks at it. Gives the job as it is when it has ended. */
  async #unlessEnded(id: string, step: () => Promise<JobRecord | undefined>): Promise<JobRecord> {
    for (;;) {
      const done = await step();
      if (done !== undefined) return done;
      const record = await this.#existing(id);
      if (!OPEN_STATES.has(record.state) || record.wish === 'cancel') return record;
    }
  }

  async #checkLimits(owner: string): Promise<void> {
    const { open, perHour } = this.#limits;
    const { open: opened, recent: submitted } = await this.#store.count(owner, this.#now() - HOUR_MS);
    if (opened >= open)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `the owner has ${opened} open jobs, ${open} at most; wait for one to end`,
      );
    if (submitted >= perHour)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `the owner has submitted ${submitted} jobs within an hour, ${perHour} at most`,
      );
  }

  async #existing(id: string): Promise<JobRecord> {
    const record = await this.#store.get(id);
    if (record !== undefined) return record;
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `there is no job with the id ${JSON.stringify(id.slice(0, 64))}`,
    );
  }

  #links(): LinkSigner {
    if (this.#signer !== undefined) return this.#signer;
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'links need a linkSecret');
  }
}
