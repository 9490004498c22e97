import { PerfError } from '@perf/contracts';
import { checkNumber } from './check-number.ts';
import { throwIfStopped } from './stop-error.ts';
import { realNow } from './timer.ts';
import type { Priority, WaitOptions } from './waiting-room.ts';

/** What a load shedder stands before: a `Limit` or an `AdaptiveLimit`. It must let everybody wait. */
export interface ShedLimit {
  readonly max: number;
  readonly running: number;
  ahead(priority?: Priority): number;
  run<T>(work: () => T | Promise<T>, options?: WaitOptions): Promise<T>;
}

/** What a load shedder lets wait. */
export interface LoadShedderOptions {
  /** Longest wait worth having. @default 100 ms */
  readonly maxWaitMs?: number;
  /** What a piece of work takes, until the first ones tell. @default 10 ms */
  readonly expectedMs?: number;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
}

/** How one caller comes to a load shedder. */
export interface ShedOptions extends WaitOptions {
  /** Longest wait worth having for this caller, as what a deadline leaves; the shedder's own limit holds too. */
  readonly maxWaitMs?: number | undefined;
}

/** Weight of the newest piece of work in the mean time of one. */
const NEWEST = 0.1;

/**
 * Refuses at once what could not begin in time, so that what is taken is done in time however much is offered. The wait is foreseen by
 * Little's law: callers ahead × mean time ÷ places. Callers of high priority pass the others, so the low ones are shed first; one that
 * was passed for too long is refused when its turn comes, before it costs anything.
 *
 * @example
 * const shedder = new LoadShedder(new Limit(8));
 * const answer = await shedder.run(() => render(request), { priority: 'low' });
 */
export class LoadShedder {
  readonly #limit: ShedLimit;
  readonly #maxWaitMs: number;
  readonly #now: () => number;
  #meanMs: number;
  #admitted = 0;
  #shed = 0;

  constructor(limit: ShedLimit, options: LoadShedderOptions = {}) {
    this.#limit = limit;
    this.#maxWaitMs = checkNumber('maxWaitMs', options.maxWaitMs ?? 100, { above: 0 });
    this.#meanMs = checkNumber('expectedMs', options.expectedMs ?? 10, { above: 0 });
    this.#now = options.now ?? realNow;
  }

  /** Callers whose work began, and callers refused, so far. */
  get statistics(): { readonly admitted: number; readonly shed: number } {
    return { admitted: this.#admitted, shed: this.#shed };
  }

  /** The wait that a newcomer of this priority has before it, in ms. */
  expectedWaitMs(priority: Priority = 'normal'): number {
    const { running, max } = this.#limit;
    if (running < max) return 0;
    return ((this.#limit.ahead(priority) + 1) * this.#meanMs) / max;
  }

  /** Runs `work` in its turn, or refuses it unstarted with `ERR_PERF_OVERLOADED` and `retryAfterMs`. */
  async run<T>(work: () => T | Promise<T>, options: ShedOptions = {}): Promise<T> {
    throwIfStopped(options.signal, 'the work');
    const maxWaitMs = Math.min(this.#maxWaitMs, options.maxWaitMs ?? Infinity);
    const expected = this.expectedWaitMs(options.priority);
    if (expected > maxWaitMs) throw this.#refusal(expected, maxWaitMs);
    const came = this.#now();
    return this.#limit.run(async () => {
      const began = this.#now();
      // Twice: what was foreseen is a mean, and who is refused now has waited for nothing.
      if (began - came > 2 * maxWaitMs) throw this.#refusal(this.expectedWaitMs(options.priority), maxWaitMs);
      this.#admitted += 1;
      try {
        return await work();
      } finally {
        this.#meanMs += NEWEST * (this.#now() - began - this.#meanMs);
      }
    }, options);
  }

  #refusal(waitMs: number, maxWaitMs: number): PerfError {
    this.#shed += 1;
    const text = `the work would wait for ${waitMs.toFixed(0)} ms, and ${maxWaitMs.toFixed(0)} ms are allowed`;
    return new PerfError('ERR_PERF_OVERLOADED', text, { retryAfterMs: Math.max(waitMs, this.#meanMs) });
  }
}
