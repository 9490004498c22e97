import type { ProfilerClock } from './profiler.ts';

const MIB = 1024 * 1024;

/** What one run of a function took. */
export interface ProfiledRun<T> {
  readonly result: T;
  readonly elapsedMs: number;
  /** Resident memory at the end minus at the start, in MiB; may be negative, and counts the whole process. */
  readonly memoryDeltaMb: number;
}

/**
 * Runs `work` once and measures it. An error of `work` passes through.
 *
 * @example
 * const { result, elapsedMs } = await profile(() => buildReport());
 */
export async function profile<T>(
  work: () => T | Promise<T>,
  clock: Partial<ProfilerClock> = {},
): Promise<ProfiledRun<T>> {
  const now = clock.now ?? (() => performance.now());
  const memoryBytes = clock.memoryBytes ?? (() => process.memoryUsage.rss());
  const memoryBefore = memoryBytes();
  const startedAt = now();
  const result = await work();
  return { result, elapsedMs: now() - startedAt, memoryDeltaMb: (memoryBytes() - memoryBefore) / MIB };
}
