import { renameSync, rmSync } from 'node:fs';
import { PerfError } from '@perf/contracts';

/** Renames a damaged file to `<file>.damaged`, drops what its driver keeps beside it, and tells `onError`. */
export function moveAside(
  file: string,
  companions: readonly string[],
  cause: unknown,
  onError: (error: unknown) => void,
): void {
  renameSync(file, `${file}.damaged`);
  for (const ending of companions) rmSync(file + ending, { force: true });
  onError(
    new PerfError(
      'ERR_PERF_OPEN_FAILED',
      `${file} could not be used and is now ${file}.damaged; the cache begins empty`,
      {
        cause,
      },
    ),
  );
}
