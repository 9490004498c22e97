import { PerfError, abortError, isPerfError } from '@perf/contracts';

/**
 * The error for work that its signal stopped: `ERR_PERF_TIMEOUT` when a time limit or deadline of this package did, else
 * `ERR_PERF_ABORTED`. The signal's reason is the cause.
 * @param doing what was stopped, as in `the wait for a connection`
 */
export function stopError(signal: AbortSignal, doing: string): PerfError {
  const reason: unknown = signal.reason;
  if (!isPerfError(reason, 'ERR_PERF_TIMEOUT')) return abortError(signal, doing);
  return new PerfError('ERR_PERF_TIMEOUT', `${doing} was stopped: ${reason.message}`, { cause: reason });
}

/** Throws `stopError(signal, doing)` when the signal is aborted; otherwise does nothing. */
export function throwIfStopped(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted === true) throw stopError(signal, doing);
}
