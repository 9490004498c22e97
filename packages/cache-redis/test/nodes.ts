import { randomUUID } from 'node:crypto';
import type { TieredCacheOptions } from '@perf/cache-core';
import { TieredCache } from '@perf/cache-core';
import { RedisStore, redisOptions } from '@perf/cache-redis';
import { Redis } from 'ioredis';
import { vi } from 'vitest';

/** One node of a service: a cache over a Redis that others share. */
export interface Node extends AsyncDisposable {
  readonly cache: TieredCache;
  readonly redis: Redis;
}

/** Three nodes of one service. */
export interface Nodes extends AsyncDisposable {
  readonly prefix: string;
  readonly a: Node;
  readonly b: Node;
  readonly c: Node;
}

/** Nodes that share one prefix of their own in the Redis at `url`, listening already. */
export async function nodesAt(
  url: string,
  options: TieredCacheOptions = {},
  prefix = `${randomUUID()}:`,
): Promise<Nodes> {
  const open = (): Promise<Node> => openNode(url, prefix, options);
  const [a, b, c] = await Promise.all([open(), open(), open()]);
  return {
    prefix,
    a,
    b,
    c,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a, b, c].map((node) => node[Symbol.asyncDispose]()));
    },
  };
}

async function openNode(url: string, prefix: string, options: TieredCacheOptions): Promise<Node> {
  const redis = new Redis(url, redisOptions);
  await new Promise((resolve) => void redis.once('ready', resolve));
  const store = new RedisStore(redis, { prefix });
  const states: string[] = [];
  // A listener of its own tells when the bus of this store is up.
  const cache = new TieredCache({ ...options, tiers: [...(options.tiers ?? []), store] });
  const watching = await store.subscribe({
    invalidated: () => undefined,
    landed: () => undefined,
    stateChanged: (state) => void states.push(state),
  });
  await vi.waitFor(() => {
    if (states.at(-1) !== 'trusted') throw new Error('the bus is not up yet');
  });
  return {
    cache,
    redis,
    [Symbol.asyncDispose]: async () => {
      await cache[Symbol.asyncDispose]();
      await watching[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

/** A source of a value that changes, read slowly: a load gives what was there when it began. */
export class Source {
  version = 1;
  loads = 0;

  /** A load that ends when `release` is called, or at once when it is not given. */
  readonly load = async (release?: Promise<unknown>): Promise<number> => {
    this.loads++;
    const { version } = this;
    await release;
    return version;
  };
}
