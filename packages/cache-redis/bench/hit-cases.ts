import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { messagePack, TieredCache } from '@perf/cache-core';
import type { BusState } from '@perf/contracts';
import { redisOptions, RedisStore } from '@perf/cache-redis';
import { seededRandom } from '@perf/testkit';
import { Redis } from 'ioredis';
import { openBento } from './bento-redis.ts';

/** An answer of 20 rows. */
interface Answer {
  readonly id: number;
  readonly rows: readonly object[];
}

/** Reads one key, which is in Redis and nowhere else. */
type Read = (key: string) => Promise<unknown>;

const KEYS = 1000;
const random = seededRandom(1);
const keys = Array.from(
  { length: KEYS },
  (_, id) => `query:${random.int(0, 2 ** 32 - 1).toString(16)}-${id}`,
);

/** Fills Redis with answers and gives what reads them. */
export type Subject = (redis: Redis) => Promise<Read>;

/** The cache, with Redis as its only tier. */
export const ours: Subject = async (redis) => {
  const store = new RedisStore(redis, { prefix: 'bench:' });
  const cache = new TieredCache({ memory: false, tiers: [store] });
  await cache.getCachedResult('any');
  // Until the bus is trusted a hit costs a look at the counters too.
  await trusted(store);
  for (const [id, key] of keys.entries()) await cache.cacheResult(key, answerOf(id));
  return async (key) => cache.getOrSet(key, missing);
};

async function trusted(store: RedisStore): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stateChanged = (state: BusState): void => {
    if (state === 'trusted') resolve();
  };
  await store.subscribe({ invalidated() {}, landed() {}, stateChanged });
  await promise;
}

/** GET by itself, and the value in the same serialization. */
export const raw: Subject = async (redis) => {
  const serializer = messagePack();
  for (const [id, key] of keys.entries())
    await redis.set(`raw:${key}`, Buffer.from(serializer.encode(answerOf(id))));
  return async (key) => serializer.decode((await redis.getBuffer(`raw:${key}`)) ?? missing());
};

export const bento: Subject = async (redis) => {
  const cache = await openBento<Answer>(redis);
  for (const [id, key] of keys.entries()) await cache.set({ key, value: answerOf(id) });
  return (key) => cache.getOrSet({ key, factory: missing });
};

/** Reads one after the other; quantiles of their times in µs. */
export async function hits(subject: Subject, url: string, count: number): Promise<object> {
  return withRedis(url, async (redis) => {
    const read = await subject(redis);
    await times(read, count / 2);
    const histogram = await times(read, count);
    const [p50, p99] = [50, 99].map((share) => histogram.percentile(share) / 1000);
    return { p50, p99 };
  });
}

/** Reads of 32 callers side by side; time of all. */
export async function wide(subject: Subject, url: string, count: number): Promise<object> {
  return withRedis(url, async (redis) => {
    const read = await subject(redis);
    const caller = async (reads: number): Promise<void> => {
      for (let i = 0; i < reads; i++) await read(random.pick(keys));
    };
    const all = (reads: number): Promise<unknown> =>
      Promise.all(Array.from({ length: 32 }, () => caller(reads / 32)));
    // As long as the run itself: a server's code is compiled to the end.
    await all(count);
    const start = performance.now();
    await all(count);
    return { ms: performance.now() - start, reads: count };
  });
}

async function times(read: Read, count: number): Promise<ReturnType<typeof createHistogram>> {
  const histogram = createHistogram();
  for (let i = 0; i < count; i++) {
    const key = random.pick(keys);
    const start = performance.now();
    await read(key);
    histogram.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
  }
  return histogram;
}

async function withRedis(url: string, work: (redis: Redis) => Promise<object>): Promise<object> {
  const redis = new Redis(url, { ...redisOptions });
  await once(redis, 'ready');
  await redis.flushdb();
  return work(redis);
}

function answerOf(id: number): Answer {
  const rows = Array.from({ length: 20 }, (_, row) => ({
    id: row,
    origin: 'SFO',
    destination: 'JFK',
    distance: 2586 + id,
    delay: row * 1.5,
    date: '2001-06-15',
  }));
  return { id, rows };
}

function missing(): never {
  throw new Error('invalid run: a key is missing');
}
