import { setTimeout as delay } from 'node:timers/promises';
import type { CacheUnderTest } from '@perf/testkit/cache';
import { sharedNow } from '@perf/testkit/cache';

/** What is read again and again around the end of an outage. */
export interface CoherenceOrder {
  readonly keys: readonly string[];
  /** The version that the source of all keys has; what is less is old. */
  readonly version: number;
  /** Until when, on the clock of `sharedNow`. */
  readonly until: number;
}

/** Which keys were old, and when last. */
export interface CoherenceReport {
  readonly reads: number;
  /** By key: when the last read that gave an old value began. */
  readonly lastOld: readonly (readonly [key: string, at: number])[];
  readonly failed: number;
}

const EVERY_MS = 10;

/** Reads all keys until the time is over. */
export async function watchCoherence(
  cache: CacheUnderTest,
  { keys, version, until }: CoherenceOrder,
): Promise<CoherenceReport> {
  const lastOld = new Map<string, number>();
  let [reads, failed] = [0, 0];
  const read = async (key: string): Promise<void> => {
    const start = sharedNow();
    try {
      const value = await cache.getOrSet(key, async () => ({ key, version }));
      reads++;
      if (versionOf(value) < version) lastOld.set(key, start);
    } catch {
      // Counted: a cache that loads has no reason to reject.
      failed++;
    }
  };
  while (sharedNow() < until) {
    await Promise.all(keys.map(read));
    await delay(EVERY_MS);
  }
  return { reads, failed, lastOld: [...lastOld] };
}

function versionOf(value: unknown): number {
  const isOurs = typeof value === 'object' && value !== null && 'version' in value;
  return isOurs && typeof value.version === 'number' ? value.version : 0;
}
