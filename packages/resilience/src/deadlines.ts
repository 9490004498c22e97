import { AsyncLocalStorage } from 'node:async_hooks';
import { checkNumber } from './check-number.ts';
import { withTimeout } from './timeout.ts';
import type { After, TimeSource } from './timer.ts';
import { realAfter, realNow } from './timer.ts';

/** The time that is left for a piece of work and all that it calls. */
export interface Deadline {
  /** Aborted when the time is over, or by whoever stopped the work. Give it to whatever waits. */
  readonly signal: AbortSignal;
  /** Milliseconds left, 0 when the time is over. */
  remainingMs(): number;
}

interface Running extends Deadline {
  readonly at: number;
}

/**
 * Deadlines that follow the calls: whatever runs inside `run`, however deep and after any `await`, sees the same deadline and signal,
 * and a deadline inside another one can only be earlier. One of these for a service; pass it to whoever needs the time left.
 *
 * @example
 * const deadlines = new Deadlines();
 * await deadlines.run(2000, async () => database.query(text, { signal: deadlines.current?.signal }));
 */
export class Deadlines {
  readonly #storage = new AsyncLocalStorage<Running>();
  readonly #now: () => number;
  readonly #after: After;

  constructor({ now = realNow, after = realAfter }: TimeSource = {}) {
    this.#now = now;
    this.#after = after;
  }

  /** The deadline of the work that asks; `undefined` outside of any. */
  get current(): Deadline | undefined {
    return this.#storage.getStore();
  }

  /**
   * Runs `work` with at most `ms`, or what the deadline around it has left. Rejects with `ERR_PERF_TIMEOUT` when the time is over and
   * with `ERR_PERF_ABORTED` when `signal` is aborted, whatever `work` does then.
   */
  async run<T>(
    ms: number,
    work: (deadline: Deadline) => T | Promise<T>,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    checkNumber('ms', ms, { atLeast: 0, orInfinite: true });
    const around = this.#storage.getStore();
    const at = Math.min(this.#now() + ms, around?.at ?? Infinity);
    const signals = [around?.signal, options.signal].filter((signal) => signal !== undefined);
    const signal = signals.length < 2 ? signals[0] : AbortSignal.any(signals);
    const run = (inner: AbortSignal): T | Promise<T> => {
      const remainingMs = (): number => Math.max(0, at - this.#now());
      const deadline: Running = { at, signal: inner, remainingMs };
      return this.#storage.run(deadline, work, deadline);
    };
    return withTimeout(Math.max(0, at - this.#now()), run, { signal, after: this.#after });
  }
}
