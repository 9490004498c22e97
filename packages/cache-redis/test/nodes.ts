import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { TieredCacheOptions } from '@perf/cache-core';
import { TieredCache } from '@perf/cache-core';
import { RedisStore, redisOptions } from '@perf/cache-redis';
import { Redis } from 'ioredis';
import type { Redis as Redis6 } from 'ioredis-6';
import { Recorder } from './recorder.ts';

/** One node of a service: a cache over a Redis that others share. */
export interface Node<Client = Redis> extends AsyncDisposable {
  readonly cache: TieredCache;
  readonly redis: Client;
  /** What the bus of its store tells. */
  readonly bus: Recorder;
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
  const open = (): Promise<Node> => openNode(new Redis(url, redisOptions), prefix, options);
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

/** A node over a client that is not connected yet; listening when it resolves. Disposing it ends the client. */
export async function openNode<Client extends Redis | Redis6>(
  redis: Client,
  prefix: string,
  options: TieredCacheOptions = {},
): Promise<Node<Client>> {
  await once(redis, 'ready');
  const store = new RedisStore(redis, { prefix });
  const cache = new TieredCache({ ...options, tiers: [...(options.tiers ?? []), store] });
  const bus = new Recorder();
  const watching = await store.subscribe(bus);
  await bus.trusted();
  return {
    cache,
    redis,
    bus,
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
