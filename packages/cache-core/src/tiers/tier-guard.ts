import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';
import type { CacheStore, TierLatency, TierStatistics } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import type { After } from '../timer.ts';
import { Breaker } from './breaker.ts';
import { Patience } from './patience.ts';

/** How long a tier may take, and when it counts as down. */
export interface CalmOptions {
  /** Ms a read waits for a tier before it goes on without it. @default 50 */
  readonly softTimeoutMs?: number;
  /** Ms after which a call to a tier has failed. @default 250 */
  readonly hardTimeoutMs?: number;
  /** Failures in a row after which a tier is asked no more. @default 5 */
  readonly failures?: number;
  /** Ms after which one call tries a tier that is down. @default 250 */
  readonly retryMs?: number;
  /** Ms for which memory is served while the shared tier cannot be reached, so that nobody can tell what others invalidated; 0 is never. @default 60,000 */
  readonly maxDoubtMs?: number;
  /** Most invalidations remembered for replay; above that the whole namespace is invalidated instead. @default 10,000 */
  readonly journalEntries?: number;
  /** Ms for which an invalidation that was delivered is remembered, in case a failover loses it. @default 30,000 */
  readonly journalMs?: number;
}

/** What a guard needs from outside. */
export interface TierGuardOptions {
  readonly calm: Required<CalmOptions>;
  readonly now: () => number;
  readonly after: After;
}

/** Told how a call ends. */
interface Told<T> {
  readonly answered: (answer: T) => void;
  readonly failed: (error: unknown) => void;
  readonly tooSlow: () => void;
}

/** The error of a call that took too long. */
const TOO_SLOW = Symbol('too slow');
/** One call in this many is timed; a power of two. */
const TIMED_EVERY = 8;

/** Stands between the coordinator and a tier: bounds every wait, keeps away from a tier that is down, and counts. */
export class TierGuard {
  readonly store: CacheStore;
  readonly breaker: Breaker;
  hits = 0;
  misses = 0;
  errors = 0;
  rejected = 0;
  readonly #options: TierGuardOptions;
  readonly #patience: Patience;
  #calls = 0;
  readonly #latency: RecordableHistogram = createHistogram();

  constructor(store: CacheStore, options: TierGuardOptions) {
    this.store = store;
    this.#options = options;
    const { failures, retryMs, softTimeoutMs: softMs, hardTimeoutMs: hardMs } = options.calm;
    this.#patience = new Patience({ softMs, hardMs, after: options.after });
    this.breaker = new Breaker({ failures, retryMs, now: options.now });
  }

  /**
   * The answer of a read, or `undefined` when the tier is down, failed, or took longer than the soft timeout. A slow answer
   * that comes within the hard one still counts as a success. The call that tries a tier which is down is waited for by nobody.
   */
  read<T>(ask: () => Promise<T>): Promise<T | undefined> {
    const { isOpen } = this.breaker;
    if (!this.breaker.admits()) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    this.#begin(ask, {
      answered: resolve,
      failed: () => resolve(undefined),
      tooSlow: () => resolve(undefined),
    });
    if (isOpen) resolve(undefined);
    return promise;
  }

  /** The answer of a call that must be known to have been done. Rejects with `ERR_PERF_TIER_UNAVAILABLE`. */
  async demand<T>(ask: () => Promise<T>, timeoutMs: number = this.#options.calm.hardTimeoutMs): Promise<T> {
    if (!this.breaker.admits()) throw this.#unavailable('is down');
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const failed = (error: unknown): void =>
      reject(
        error === TOO_SLOW
          ? this.#unavailable(`did not answer within ${timeoutMs} ms`)
          : this.#unavailable('failed', error),
      );
    this.#begin(ask, { answered: resolve, failed, tooSlow: () => undefined }, timeoutMs);
    return promise;
  }

  /** Counters since it was made, with those of the store itself where it has some. */
  get statistics(): TierStatistics {
    const { hits, misses, errors, rejected } = this;
    const own = this.store.statistics;
    return {
      name: this.store.name,
      requests: hits + misses,
      hits,
      misses,
      errors,
      rejected,
      evictions: own?.evictions ?? 0,
      entries: own?.entries ?? 0,
      memoryUsedBytes: own?.memoryUsedBytes ?? 0,
      latency: latencyOf(this.#latency),
    };
  }

  /** Makes a call, waits for it as told, and counts how it ends. */
  #begin<T>(ask: () => Promise<T>, tell: Told<T>, timeoutMs?: number): void {
    const isTimed = (this.#calls++ & (TIMED_EVERY - 1)) === 0;
    const start = isTimed ? performance.now() : 0;
    let isLate = false;
    const tooLate = (): void => {
      isLate = true;
      this.#failed();
      tell.failed(TOO_SLOW);
    };
    const end = this.#wait(tell.tooSlow, tooLate, timeoutMs);
    const succeed = (answer: T): void => {
      if (isLate) return;
      end();
      this.breaker.succeeded();
      if (isTimed) this.#latency.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
      tell.answered(answer);
    };
    const fail = (error: unknown): void => {
      if (isLate) return;
      end();
      // An abort is the caller's wish, and no sign that the tier is down.
      if (!isPerfError(error, 'ERR_PERF_ABORTED')) this.#failed();
      tell.failed(error);
    };
    let asked: Promise<T>;
    try {
      asked = ask();
    } catch (error) {
      return fail(error);
    }
    asked.then(succeed, fail);
  }

  /** Waits by the common timer, or by one of its own where the patience is another one. Gives what ends the wait. */
  #wait(tooSlow: () => void, tooLate: () => void, timeoutMs?: number): () => void {
    if (timeoutMs === undefined || timeoutMs === this.#options.calm.hardTimeoutMs) {
      const waiting = this.#patience.begin({ tooSlow, tooLate });
      return () => this.#patience.end(waiting);
    }
    const timer = this.#options.after(timeoutMs, tooLate);
    return () => timer.cancel();
  }

  #failed(): void {
    this.errors++;
    this.breaker.failed();
  }

  #unavailable(how: string, cause?: unknown): PerfError {
    return new PerfError('ERR_PERF_TIER_UNAVAILABLE', `the tier ${this.store.name} ${how}`, { cause });
  }
}

function latencyOf(histogram: RecordableHistogram): TierLatency {
  const ms = (ns: number): number => (histogram.count === 0 ? 0 : ns / 1e6);
  return {
    count: histogram.count,
    p50Ms: ms(histogram.percentile(50)),
    p99Ms: ms(histogram.percentile(99)),
    maxMs: ms(histogram.max),
  };
}
