import { rename, rm } from 'node:fs/promises';
import { PerfError } from '@perf/contracts';

/** Has `write` make `<path>.partial` and gives it its name when it is whole. Throws `ERR_PERF_SINK_FAILED`; then nothing is left. */
export async function wholeFile(
  path: string,
  write: (partial: string) => void | Promise<void>,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await write(partial);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PerfError('ERR_PERF_SINK_FAILED', `writing ${path} failed: ${reason}`, { cause });
  }
}
