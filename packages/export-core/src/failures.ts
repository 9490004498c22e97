import type { PerfErrorCode } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EPIPE', 'the receiver closed the connection'],
  ['ECONNRESET', 'the receiver closed the connection'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'the stream was closed before its end'],
  ['ENOENT', 'the folder does not exist'],
  ['EACCES', 'permission was refused'],
  ['EROFS', 'the file system is read-only'],
]);

/** The error for something that failed while `doing`; a `PerfError` passes through. */
export function failure(code: PerfErrorCode, doing: string, cause: unknown): PerfError {
  if (isPerfError(cause)) return cause;
  return new PerfError(code, `${doing} failed: ${describe(cause)}`, { cause });
}

/** Runs a call to a sink; what it throws becomes `ERR_PERF_SINK_FAILED`. @param doing as in `writing to the sink` */
export async function sinkStep<T>(doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw failure('ERR_PERF_SINK_FAILED', doing, error);
  }
}

/** The text of a failure, with the plain words for well-known system errors in front. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const words = CAUSES.get(errorCode(cause) ?? '');
  return words === undefined ? cause.message : `${words} (${cause.message})`;
}

/** The system code of an error (`ENOSPC`), when it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
