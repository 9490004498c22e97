import { PerfError } from '@perf/contracts';
import { checkNumber } from './check-number.ts';
import { stopError } from './stop-error.ts';
import type { After } from './timer.ts';
import { realAfter } from './timer.ts';

/** How work under a time limit is stopped from outside. */
export interface TimeoutOptions {
  /** Stops the work too. */
  readonly signal?: AbortSignal | undefined;
  /** What runs, for errors. @default 'the work' */
  readonly doing?: string;
  /** Timers. @default those of Node */
  readonly after?: After;
}

/**
 * Settles as `work` does, or rejects with `ERR_PERF_TIMEOUT` after `ms`, also when `work` does not heed its signal: it then goes on
 * unseen, and its failure counts as handled. `signal` aborts the work as `ERR_PERF_ABORTED`. `Infinity`: by the signal alone.
 *
 * @example
 * const page = await withTimeout(500, (signal) => fetch(url, { signal }));
 */
export async function withTimeout<T>(
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
  options: TimeoutOptions = {},
): Promise<T> {
  const { signal, doing = 'the work', after = realAfter } = options;
  checkNumber('ms', ms, { atLeast: 0, orInfinite: true });
  if (signal?.aborted === true) throw stopError(signal, doing);
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (error: PerfError, reason: unknown): void => {
    stopped.reject(error);
    controller.abort(reason);
  };
  const stopFromOutside = (): void => {
    if (signal !== undefined) stop(stopError(signal, doing), signal.reason);
  };
  signal?.addEventListener('abort', stopFromOutside, { once: true });
  const stopInTime = (): void => {
    const error = new PerfError('ERR_PERF_TIMEOUT', `${doing} took longer than ${ms} ms`);
    stop(error, error);
  };
  const timer = ms === Infinity ? undefined : after(ms, stopInTime);
  try {
    return await Promise.race([stopped.promise, runNow(work, controller.signal)]);
  } finally {
    timer?.cancel();
    signal?.removeEventListener('abort', stopFromOutside);
  }
}

/** Calls `work` at once; what it throws at once rejects too. */
async function runNow<T>(work: (signal: AbortSignal) => T | Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
