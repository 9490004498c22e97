import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TieredCache } from '@perf/cache-core';
import { DiskStore } from '@perf/cache-disk';
import { RedisStore, redisOptions } from '@perf/cache-redis';
import { PerfError } from '@perf/contracts';
import { ClosingStack } from '../data/closing-stack.ts';
import { missingPackage } from '../data/missing-package.ts';
import { TemporaryFolder } from '../data/temporary-folder.ts';

/** The tiers of the main job's cache. */
export interface OpenCacheOptions {
  /** Entries of the memory tier. */
  readonly capacity: number;
  /** Address of a Redis that becomes a tier too; undefined: memory and disk alone. */
  readonly redis: string | undefined;
}

/** A cache with what it stands on, closed together. */
export interface OpenCache extends AsyncDisposable {
  readonly cache: TieredCache;
}

const MAX_BYTES = 512 * 1024 * 1024;

/** Memory, Redis when there is an address, and a disk tier in a folder that goes when this is closed. */
export async function openCache({ capacity, redis }: OpenCacheOptions): Promise<OpenCache> {
  await using opening = new ClosingStack();
  const folder = opening.use(await TemporaryFolder.make(join(tmpdir(), 'perf-cache-')));
  const disk = opening.use(await DiskStore.open(folder.path));
  const shared = redis === undefined ? [] : [opening.use(await openRedis(redis, opening))];
  const cache = opening.use(
    new TieredCache({ memory: { maxEntries: capacity, maxBytes: MAX_BYTES }, tiers: [...shared, disk] }),
  );
  const opened = opening.move();
  return { cache, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

async function openRedis(url: string, opening: ClosingStack): Promise<RedisStore> {
  const { Redis } = await import('ioredis').catch((cause: unknown) => {
    throw missingPackage('ioredis', cause);
  });
  const client = new Redis(url, { ...redisOptions, lazyConnect: true });
  // Without a listener a connection that breaks later would end the process; the tier counts its failures itself.
  client.on('error', () => undefined);
  opening.defer(async () => client.disconnect());
  await client.connect().catch((cause: unknown) => {
    throw new PerfError('ERR_PERF_OPEN_FAILED', 'the Redis given by --redis cannot be reached', { cause });
  });
  return new RedisStore(client, { prefix: `perf-demo:${process.pid}:` });
}
