import type { Cluster, Redis } from 'ioredis';
import { missingPackage } from '../../data/missing-package.ts';

/** What is used of ioredis. */
export interface Ioredis {
  readonly Redis: typeof Redis;
  readonly Cluster: typeof Cluster;
}

/** ioredis, which is no dependency of the published app. Throws `ERR_PERF_MISSING_PACKAGE`. */
export async function loadIoredis(): Promise<Ioredis> {
  try {
    return await import('ioredis');
  } catch (cause) {
    throw missingPackage('ioredis', cause);
  }
}
