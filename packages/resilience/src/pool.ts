import { PerfError, channels } from '@perf/contracts';
import { channel } from 'node:diagnostics_channel';
import { Lease } from './lease.ts';
import type { PoolOptions, PoolSize } from './pool-options.ts';
import { checkPoolSize } from './pool-options.ts';
import type { PoolStatistics } from './pool-statistics.ts';
import { withTimeout } from './timeout.ts';
import type { After, Timer } from './timer.ts';
import { realAfter, realNow } from './timer.ts';
import { WaitingRoom } from './waiting-room.ts';

const published = channel(channels.pool);

/** A resource in the pool. */
interface Held<T> {
  readonly resource: T;
  readonly openedAt: number;
  idleSince: number;
  loans: number;
}

/**
 * Lends resources that are dear to open, such as connections: at most `max + overflow` exist, each is lent to one caller at a time,
 * callers are served in order of arrival, and what is broken, too old or no longer valid is closed and replaced. Disposing it waits for
 * what is lent, at most `waitMs`.
 *
 * @example
 * const pool = new Pool({ ...poolProfiles.database, open: () => connect(url), close: (connection) => connection.end() });
 * const rows = await pool.use((connection) => connection.query(text));
 */
export class Pool<T> implements AsyncDisposable {
  readonly #options: PoolOptions<T>;
  readonly #size: Required<PoolSize>;
  readonly #name: string;
  readonly #now: () => number;
  readonly #after: After;
  readonly #room: WaitingRoom<Lease<T>>;
  readonly #end = new AbortController();
  /** Last given back, first lent: those at the bottom grow old and are closed. */
  readonly #idle: Held<T>[] = [];
  #open = 0;
  #active = 0;
  #closing = 0;
  /** Resources being opened or checked for someone who waits. */
  #preparing = 0;
  #counts = { acquisitions: 0, reused: 0, opened: 0, closed: 0, broken: 0, openFailures: 0 };
  #idleTimer: Timer | undefined;
  #emptied: PromiseWithResolvers<void> | undefined;
  #disposal: Promise<void> | undefined;

  constructor(options: PoolOptions<T>) {
    this.#options = options;
    this.#size = checkPoolSize(options);
    this.#name = options.name ?? 'pool';
    this.#now = options.now ?? realNow;
    this.#after = options.after ?? realAfter;
    this.#room = new WaitingRoom(`the wait for a resource of ${this.#name}`, this.#size.waitMs, this.#after);
  }

  /** Figures so far, and what is held now. */
  get statistics(): PoolStatistics {
    const { acquisitions, reused } = this.#counts;
    return {
      open: this.#open,
      active: this.#active,
      idle: this.#idle.length,
      waiting: this.#room.size,
      reuseShare: acquisitions === 0 ? 0 : reused / acquisitions,
      ...this.#counts,
    };
  }

  /**
   * Lends a resource until the lease is released. Rejects with `ERR_PERF_TIMEOUT` after `waitMs`, `ERR_PERF_ABORTED` by the signal,
   * `ERR_PERF_OPEN_FAILED` when it had to be opened and could not, and `ERR_PERF_DISPOSED`.
   */
  acquire({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Lease<T>> {
    if (this.#end.signal.aborted) return Promise.reject(this.#disposedError());
    if (this.#options.isValid === undefined && signal?.aborted !== true) {
      const held = this.#takeIdle();
      if (held !== undefined) {
        const lease = this.#lend(held);
        if (published.hasSubscribers) this.#publish();
        return Promise.resolve(lease);
      }
    }
    const turn = this.#room.wait({ signal });
    this.#prepare();
    return turn;
  }

  /** Runs `work` with a resource and gives it back after it: as broken when `work` failed and `isBroken` says so. */
  async use<R>(
    work: (resource: T) => R | Promise<R>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<R> {
    const lease = await this.acquire(options);
    try {
      const result = await work(lease.resource);
      lease.release();
      return result;
    } catch (error) {
      if (this.#options.isBroken?.(error) ?? true) lease.destroy();
      else lease.release();
      throw error;
    }
  }

  /** Opens `min` resources ahead of the first callers. Rejects when one cannot be opened. */
  async warm(): Promise<void> {
    const missing = Math.max(0, this.#size.min - this.#staying);
    const outcomes = await Promise.allSettled(Array.from({ length: missing }, () => this.acquire()));
    const leases = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    for (const lease of leases) lease.release();
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  /** Resources that exist and are not being closed. */
  get #staying(): number {
    return this.#open - this.#closing;
  }

  /** Begins to open or check resources until each of the waiting has one on its way, or no more may exist. */
  #prepare(): void {
    while (this.#preparing < this.#room.size) {
      const held = this.#takeIdle();
      if (held === undefined && this.#open >= this.#size.max + this.#size.overflow) return;
      if (held === undefined) this.#open += 1;
      this.#preparing += 1;
      void (held === undefined ? this.#openOne() : this.#checkOne(held));
    }
  }

  async #openOne(): Promise<void> {
    try {
      const resource = await this.#openInTime();
      this.#counts.opened += 1;
      this.#preparing -= 1;
      this.#offer({ resource, openedAt: this.#now(), idleSince: 0, loans: 0 });
    } catch (cause) {
      this.#counts.openFailures += 1;
      this.#preparing -= 1;
      this.#open -= 1;
      const error = new PerfError('ERR_PERF_OPEN_FAILED', `${this.#name} could not open a resource`, {
        cause,
      });
      this.#room.refuseFirst(error);
      this.#goOn();
    }
  }

  /** What arrives after its time is closed. */
  async #openInTime(): Promise<T> {
    let isLate = false;
    const opening = async (signal: AbortSignal): Promise<T> => {
      const resource = await this.#options.open(signal);
      if (isLate) await this.#closeQuietly(resource);
      return resource;
    };
    try {
      return await this.#inTime(`opening a resource of ${this.#name}`, opening, this.#end.signal);
    } catch (error) {
      isLate = true;
      throw error;
    }
  }

  async #checkOne(held: Held<T>): Promise<void> {
    const isValid = await this.#isValid(held.resource);
    this.#preparing -= 1;
    if (isValid) return this.#offer(held);
    this.#counts.broken += 1;
    this.#close(held);
    this.#prepare();
  }

  async #isValid(resource: T): Promise<boolean> {
    const { isValid } = this.#options;
    if (isValid === undefined) return true;
    try {
      return await this.#inTime(`checking a resource of ${this.#name}`, () => isValid(resource));
    } catch {
      // A check that fails says what it was asked: the resource is not valid.
      return false;
    }
  }

  #inTime<R>(doing: string, work: (signal: AbortSignal) => R | Promise<R>, signal?: AbortSignal): Promise<R> {
    const { waitMs } = this.#size;
    return withTimeout(waitMs, work, { doing, after: this.#after, signal });
  }

  /** The newest idle resource that is young enough; older ones on the way are closed. */
  #takeIdle(): Held<T> | undefined {
    for (let held = this.#idle.pop(); held !== undefined; held = this.#idle.pop()) {
      if (!this.#isTooOld(held)) return held;
      this.#close(held);
    }
    return undefined;
  }

  #isTooOld(held: Held<T>): boolean {
    return this.#now() - held.openedAt >= this.#size.maxLifetimeMs;
  }

  #lend(held: Held<T>): Lease<T> {
    held.loans += 1;
    this.#active += 1;
    this.#counts.acquisitions += 1;
    if (held.loans > 1) this.#counts.reused += 1;
    return new Lease(held.resource, (isBroken) => this.#takeBack(held, isBroken));
  }

  #takeBack(held: Held<T>, isBroken: boolean): void {
    this.#active -= 1;
    if (isBroken) this.#counts.broken += 1;
    if (isBroken || this.#isTooOld(held)) {
      this.#close(held);
    } else if (this.#room.size > 0 && this.#options.isValid !== undefined) {
      this.#preparing += 1;
      void this.#checkOne(held);
    } else this.#offer(held);
    if (published.hasSubscribers) this.#publish();
  }

  /** Gives a good resource to who waits first, or keeps it. */
  #offer(held: Held<T>): void {
    if (this.#end.signal.aborted) return this.#close(held);
    if (this.#room.size > 0) {
      this.#room.serve(this.#lend(held));
      if (published.hasSubscribers) this.#publish();
      return;
    }
    if (this.#staying > this.#size.max) return this.#close(held);
    held.idleSince = this.#now();
    this.#idle.push(held);
    this.#watchIdle();
  }

  /** One timer, for the resource that is idle longest. */
  #watchIdle(): void {
    const [eldest] = this.#idle;
    if (this.#idleTimer !== undefined || eldest === undefined || this.#staying <= this.#size.min) return;
    if (this.#size.idleMs === Infinity) return;
    const timer = this.#after(eldest.idleSince + this.#size.idleMs - this.#now(), () => {
      this.#idleTimer = undefined;
      this.#closeIdle();
      this.#watchIdle();
    });
    timer.unref?.();
    this.#idleTimer = timer;
  }

  #closeIdle(): void {
    const since = this.#now() - this.#size.idleMs;
    let spare = this.#staying - this.#size.min;
    while (spare > 0 && (this.#idle[0]?.idleSince ?? Infinity) <= since) {
      const held = this.#idle.shift();
      if (held !== undefined) this.#close(held);
      spare -= 1;
    }
  }

  /** Closes a resource; its place is free when it is closed. */
  #close(held: Held<T>): void {
    this.#closing += 1;
    void this.#closeAndFree(held.resource);
  }

  async #closeAndFree(resource: T): Promise<void> {
    await this.#closeQuietly(resource);
    this.#counts.closed += 1;
    this.#closing -= 1;
    this.#open -= 1;
    this.#goOn();
  }

  async #closeQuietly(resource: T): Promise<void> {
    try {
      await this.#inTime(`closing a resource of ${this.#name}`, () => this.#options.close(resource));
    } catch (error) {
      this.#options.onCloseError?.(error);
    }
  }

  #goOn(): void {
    if (this.#open === 0) this.#emptied?.resolve();
    if (!this.#end.signal.aborted) this.#prepare();
  }

  async #dispose(): Promise<void> {
    this.#idleTimer?.cancel();
    const error = this.#disposedError();
    this.#end.abort(error);
    while (this.#room.refuseFirst(error));
    const emptied = Promise.withResolvers<void>();
    this.#emptied = emptied;
    for (const held of this.#idle.splice(0)) this.#close(held);
    if (this.#open > 0) await this.#inTime(`the end of ${this.#name}`, () => emptied.promise);
  }

  #disposedError(): PerfError {
    return new PerfError('ERR_PERF_DISPOSED', `${this.#name} is disposed`);
  }

  #publish(): void {
    published.publish({
      pool: this.#name,
      active: this.#active,
      idle: this.#idle.length,
      waiting: this.#room.size,
      max: this.#size.max + this.#size.overflow,
    });
  }
}
