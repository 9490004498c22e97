import { PerfError, isPerfError } from '@perf/contracts';
import { checkCount, checkNumber } from './check-number.ts';
import { stopError, throwIfStopped } from './stop-error.ts';
import type { After } from './timer.ts';
import { realAfter } from './timer.ts';

/** When and how often work is tried again. */
export interface RetryOptions {
  /** Says which errors are worth another try. Work that is not safe to repeat must say no. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Tries in all, the first included. @default 3 */
  readonly attempts?: number;
  /** Longest wait before the second try; it doubles with each further one. @default 100 ms */
  readonly baseMs?: number;
  /** It doubles no further. @default 10,000 ms */
  readonly maxMs?: number;
  /** Shared by all calls of one dependency. @default a budget of its own */
  readonly budget?: RetryBudget;
  /** 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** Timers. @default those of Node */
  readonly after?: After;
}

/**
 * How many retries a dependency is worth: each first try adds `share` of a token, each retry takes a whole one. When everything fails,
 * retries add no more than that share to the load. After the retry budget of Finagle and the retry throttling of gRPC (proposal A6).
 */
export class RetryBudget {
  readonly #share: number;
  readonly #most: number;
  #tokens: number;

  /** @param options `share`: retries per first try, default 0.1; `most`: tokens kept, and there at first, default 10 */
  constructor({ share = 0.1, most = 10 }: { readonly share?: number; readonly most?: number } = {}) {
    this.#share = checkNumber('share', share, { atLeast: 0, atMost: 1 });
    this.#most = checkNumber('most', most, { atLeast: 1 });
    this.#tokens = most;
  }

  /** Retries that are left now. */
  get left(): number {
    // Sums of tenths fall short of whole numbers by a rounding error.
    return Math.floor(this.#tokens + 1e-9);
  }

  /** Notes a first try. */
  deposit(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + this.#share);
  }

  /** Takes one retry if one is left, and says whether it did. */
  withdraw(): boolean {
    if (this.left < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/**
 * Tries work again when it fails in a way that may pass: after a random wait of up to `baseMs`, twice that, four times that ("full
 * jitter", Brooker 2015), or after the error's own `retryAfterMs` when that is longer. The last error comes through unchanged.
 *
 * @example
 * const retry = new Retry({ isRetryable: (error) => isPerfError(error, 'ERR_PERF_TIER_UNAVAILABLE') });
 * const value = await retry.run(() => tier.get(key));
 */
export class Retry {
  readonly #isRetryable: (error: unknown) => boolean;
  readonly #attempts: number;
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #budget: RetryBudget;
  readonly #random: () => number;
  readonly #after: After;

  constructor(options: RetryOptions) {
    const { isRetryable, attempts = 3, baseMs = 100, maxMs = 10_000 } = options;
    if (typeof isRetryable !== 'function')
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'isRetryable must be a function');
    this.#isRetryable = isRetryable;
    this.#attempts = checkCount('attempts', attempts, 1);
    this.#baseMs = checkNumber('baseMs', baseMs, { atLeast: 0 });
    this.#maxMs = checkNumber('maxMs', maxMs, { atLeast: baseMs });
    this.#budget = options.budget ?? new RetryBudget();
    this.#random = options.random ?? Math.random;
    this.#after = options.after ?? realAfter;
  }

  /** Runs `work`, with the number of its try from 1. `signal` ends the wait between tries, and no try begins after it. */
  async run<T>(
    work: (attempt: number) => T | Promise<T>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    this.#budget.deposit();
    for (let attempt = 1; ; attempt++) {
      throwIfStopped(signal, 'the work');
      try {
        return await work(attempt);
      } catch (error) {
        const isLast = attempt >= this.#attempts || signal?.aborted === true;
        if (isLast || !this.#isRetryable(error) || !this.#budget.withdraw()) throw error;
        await this.#pause(this.#waitMs(attempt, error), signal);
      }
    }
  }

  #waitMs(attempt: number, error: unknown): number {
    const most = Math.min(this.#maxMs, this.#baseMs * 2 ** (attempt - 1));
    const asked = isPerfError(error) ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, this.#random() * most);
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.#after(ms, resolve);
    const stop = (): void => {
      timer.cancel();
      if (signal !== undefined) reject(stopError(signal, 'the wait for another try'));
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}
