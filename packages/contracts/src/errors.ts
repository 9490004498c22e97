/**
 * Every code a Perf package throws. A code never changes its meaning; a new one is a minor release.
 * Callers branch on `error.code`, never on text or `instanceof`: two copies of this package may be installed.
 */
export type PerfErrorCode =
  /** An option has a value that makes no sense. Thrown by the constructor or factory that received it. */
  | 'ERR_PERF_INVALID_OPTION'
  /** A structured query is malformed. The message begins with the path of the fault. */
  | 'ERR_PERF_INVALID_QUERY'
  /** A query names a table that the catalogue does not hold. */
  | 'ERR_PERF_UNKNOWN_TABLE'
  /** A query names a column that its tables do not hold, or that two of them hold. */
  | 'ERR_PERF_UNKNOWN_FIELD'
  /** A value in a query cannot be read as its column's type, or a cell does not fit its field. */
  | 'ERR_PERF_INVALID_VALUE'
  /** The engine cannot evaluate this operator. Thrown before anything runs. */
  | 'ERR_PERF_UNSUPPORTED_OPERATOR'
  /** What was asked for is not something this adapter can do. See its `capabilities`. */
  | 'ERR_PERF_UNSUPPORTED'
  /** The database refused or failed a statement. `cause` holds the driver's error. */
  | 'ERR_PERF_ENGINE_FAILED'
  /** A file or server could not be opened. */
  | 'ERR_PERF_OPEN_FAILED'
  /** The object was used after it was disposed. */
  | 'ERR_PERF_DISPOSED'
  /** The caller's signal was aborted. `cause` holds the signal's reason. */
  | 'ERR_PERF_ABORTED'
  /** A cache tier did not answer, or not in time. */
  | 'ERR_PERF_TIER_UNAVAILABLE'
  /** The load of a cache entry took longer than `hardTimeoutMs`. */
  | 'ERR_PERF_LOAD_TIMEOUT'
  /** A sink failed to take, sync or publish bytes (a full disk, a closed socket). Nothing stands under the final name. */
  | 'ERR_PERF_SINK_FAILED'
  /** The source of an export failed, or broke its schema. Nothing stands under the final name. */
  | 'ERR_PERF_SOURCE_FAILED'
  /** A limit set by the caller (rows, bytes) was passed. */
  | 'ERR_PERF_LIMIT_EXCEEDED'
  /** A checkpoint does not belong to this export, or to this version of its format. */
  | 'ERR_PERF_CHECKPOINT_MISMATCH'
  /** The data has changed since the checkpoint was taken: going on would mix two states of it. Start again. */
  | 'ERR_PERF_SOURCE_CHANGED'
  /** A measurement proves nothing: a case failed or reported nothing, or a figure is not a finite number. */
  | 'ERR_PERF_RUN_INVALID'
  /** A package that the work needs is not installed. The message gives the install line. */
  | 'ERR_PERF_MISSING_PACKAGE'
  /** There is more work than can be done in time, so this was refused unstarted. `retryAfterMs` says when to come again. */
  | 'ERR_PERF_OVERLOADED'
  /** Work, or the wait for a resource, took longer than its time limit or deadline. */
  | 'ERR_PERF_TIMEOUT'
  /** What the work depends on kept failing, so it was not asked. `retryAfterMs` says when it is asked again. */
  | 'ERR_PERF_CIRCUIT_OPEN';

/** What a `PerfError` may carry besides its sentence. */
export interface PerfErrorOptions extends ErrorOptions {
  /** See `PerfError.retryAfterMs`. */
  readonly retryAfterMs?: number;
}

/** The one error class of Perf: a stable `code`, one sentence that names the values, and the `cause` when there is one. */
export class PerfError extends Error {
  override readonly name = 'PerfError';
  /** Tells errors apart. Stable over releases. */
  readonly code: PerfErrorCode;
  /** Ms after which another try may be served: what `Retry-After` tells, rounded up to seconds. Absent: nothing is known. */
  declare readonly retryAfterMs?: number;

  constructor(code: PerfErrorCode, message: string, options?: PerfErrorOptions) {
    super(message, options);
    this.code = code;
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Says whether `error` is a `PerfError`, of any copy of this package, and (when given) carries `code`.
 *
 * @example
 * if (isPerfError(error, 'ERR_PERF_UNKNOWN_FIELD')) reply.status(400);
 */
export function isPerfError(error: unknown, code?: PerfErrorCode): error is PerfError {
  if (!(error instanceof Error) || error.name !== 'PerfError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}

/**
 * The error for an aborted signal: `ERR_PERF_ABORTED` with the signal's reason as cause.
 * @param doing what was stopped, as in `the export of flights.csv`
 */
export function abortError(signal: AbortSignal, doing: string): PerfError {
  return new PerfError('ERR_PERF_ABORTED', `${doing} was aborted`, { cause: signal.reason });
}

/** Throws `abortError(signal, doing)` when the signal is aborted; otherwise does nothing. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted === true) throw abortError(signal, doing);
}

/**
 * Settles as `work` does, or rejects with `abortError(signal, doing)` as soon as the signal is aborted. `work` goes on then,
 * and its failure counts as handled.
 */
export async function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  doing: string,
): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(abortError(signal, doing));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
