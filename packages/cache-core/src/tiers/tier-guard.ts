import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';
import type { CacheStore, TierLatency, TierStatistics } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import type { After } from '../timer.ts';
import { Breaker } from './breaker.ts';

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

/** What a call came to. */
type Outcome<T> = { readonly answer: T } | { readonly error: unknown };

/** The error of a call that took too long. */
const TOO_SLOW = Symbol('too slow');
const LATE = { error: TOO_SLOW } as const;

/** Stands between the coordinator and a tier: bounds every wait, keeps away from a tier that is down, and counts. */
export class TierGuard {
  readonly store: CacheStore;
  readonly breaker: Breaker;
  hits = 0;
  misses = 0;
  errors = 0;
  rejected = 0;
  readonly #options: TierGuardOptions;
  readonly #latency: RecordableHistogram = createHistogram();

  constructor(store: CacheStore, options: TierGuardOptions) {
    this.store = store;
    this.#options = options;
    const { failures, retryMs } = options.calm;
    this.breaker = new Breaker({ failures, retryMs, now: options.now });
  }

  /**
   * The answer of a read, or `undefined` when the tier is down, failed, or took longer than the soft timeout. A slow answer
   * that comes within the hard one still counts as a success.
   */
  async read<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (!this.breaker.admits()) return undefined;
    const { softTimeoutMs, hardTimeoutMs } = this.#options.calm;
    const outcome = await this.#within(this.#watched(ask, hardTimeoutMs), softTimeoutMs);
    return 'answer' in outcome ? outcome.answer : undefined;
  }

  /** The answer of a call that must be known to have been done. Rejects with `ERR_PERF_TIER_UNAVAILABLE`. */
  async demand<T>(ask: () => Promise<T>, timeoutMs: number = this.#options.calm.hardTimeoutMs): Promise<T> {
    if (!this.breaker.admits()) throw this.#unavailable('is down');
    const outcome = await this.#within(this.#watched(ask, timeoutMs), timeoutMs);
    if ('answer' in outcome) return outcome.answer;
    if (outcome.error === TOO_SLOW) throw this.#unavailable(`did not answer within ${timeoutMs} ms`);
    throw this.#unavailable('failed', outcome.error);
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

  /** Settles never with an error: a failure is counted, and told in the outcome. */
  async #watched<T>(ask: () => Promise<T>, timeoutMs: number): Promise<Outcome<T>> {
    const start = performance.now();
    let isLate = false;
    const timer = this.#options.after(timeoutMs, () => {
      isLate = true;
      this.#failed();
    });
    try {
      const answer = await ask();
      if (isLate) return LATE;
      this.breaker.succeeded();
      this.#latency.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
      return { answer };
    } catch (error) {
      // An abort is the caller's wish, and no sign that the tier is down.
      if (!isLate && !isPerfError(error, 'ERR_PERF_ABORTED')) this.#failed();
      return isLate ? LATE : { error };
    } finally {
      timer.cancel();
    }
  }

  /** `work`, or `LATE` after `ms`. An answer that has arrived by then wins, though the process was too busy to see it. */
  async #within<T>(work: Promise<Outcome<T>>, ms: number): Promise<Outcome<T>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<T>>();
    const timer = this.#options.after(ms, () => void setImmediate(() => setImmediate(resolve, LATE)));
    try {
      return await Promise.race([work, promise]);
    } finally {
      timer.cancel();
    }
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
