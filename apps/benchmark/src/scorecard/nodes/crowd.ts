import { setTimeout as delay } from 'node:timers/promises';
import type { CacheUnderTest } from '@perf/testkit/cache';
import { sharedNow } from '@perf/testkit/cache';

/** Many callers for one key. */
export interface CrowdOrder {
  readonly key: string;
  readonly callers: number;
  readonly loadMs: number;
  /** When all call, on the clock of `sharedNow`: the barrier. */
  readonly at: number;
}

/** What a crowd got. */
export interface CrowdReport {
  readonly loads: number;
  /** Callers that got no value. */
  readonly failed: number;
  /** Different values that were given. */
  readonly values: readonly number[];
  /** Ms until the last had its value. */
  readonly tookMs: number;
}

/** Calls at the barrier. `loading` is told when a load begins here. */
export async function runCrowd(
  cache: CacheUnderTest,
  { key, callers, loadMs, at }: CrowdOrder,
  loading: () => void,
): Promise<CrowdReport> {
  let loads = 0;
  const load = async (): Promise<number> => {
    loads++;
    loading();
    const begun = sharedNow();
    await delay(loadMs);
    return begun;
  };
  await delay(Math.max(0, at - sharedNow() - 2));
  // The last moments are waited for awake, so that all processes call in the same one.
  while (sharedNow() < at);
  const calls = Array.from({ length: callers }, () => cache.getOrSet(key, load));
  const outcomes = await Promise.allSettled(calls);
  const values = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' && typeof outcome.value === 'number' ? [outcome.value] : [],
  );
  return { loads, failed: callers - values.length, values: [...new Set(values)], tookMs: sharedNow() - at };
}
