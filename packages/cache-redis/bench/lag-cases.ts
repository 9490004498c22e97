import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { redisOptions, RedisStore } from '@perf/cache-redis';
import { Redis } from 'ioredis';

const PER_SECOND = 1000;

/** Sends the word that `key` is out of date. */
type Send = (key: string) => Promise<unknown>;

/** Connects both ends; `heard` is to be called with each key that arrives. */
export type Pair = (url: string, heard: (key: string) => void) => Promise<Send>;

/** A delete in one store until the listener of another hears of it. */
export const ours: Pair = async (url, heard) => {
  const [here, there] = await Promise.all([open(url), open(url)]);
  const [near, far] = [new RedisStore(here), new RedisStore(there)];
  const trusted = Promise.withResolvers<void>();
  await near.subscribe({ invalidated() {}, landed() {}, stateChanged() {} });
  await far.subscribe({
    invalidated(invalidation) {
      if (invalidation.kind === 'key') heard(invalidation.key);
    },
    landed() {},
    stateChanged(state) {
      if (state === 'trusted') trusted.resolve();
    },
  });
  await trusted.promise;
  return (key) => near.deleteMany([key]);
};

/** A bare PUBLISH until a bare subscriber hears it. */
export const raw: Pair = async (url, heard) => {
  const [here, there] = await Promise.all([open(url), open(url)]);
  await there.subscribe('bench');
  there.on('message', (_, key) => heard(key));
  return (key) => here.publish('bench', key);
};

/** Sends 1000 keys a second, each at its time; quantiles in µs of the time until it is heard, from when it was due or sent. */
export async function lag(pair: Pair, url: string, seconds: number): Promise<object> {
  const sentAt = new Map<string, number>();
  const histogram = createHistogram();
  const counted = Promise.withResolvers<void>();
  const [warmup, total] = [PER_SECOND, PER_SECOND * (seconds + 1)];
  let arrived = 0;
  const send = await pair(url, (key) => {
    const start = sentAt.get(key);
    if (start === undefined) return;
    sentAt.delete(key);
    if (++arrived > warmup) histogram.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
    if (arrived === total) counted.resolve();
  });
  const start = performance.now();
  for (let i = 0; i < total; i++) {
    const due = start + (i * 1000) / PER_SECOND;
    // A timer is too coarse for this: the loop turns until it is time.
    while (performance.now() < due) await new Promise((resolve) => void setImmediate(resolve));
    const key = `query:${i}`;
    sentAt.set(key, performance.now());
    send(key).catch(counted.reject);
  }
  await counted.promise;
  const [p50, p99] = [50, 99].map((share) => histogram.percentile(share) / 1000);
  return { p50, p99 };
}

async function open(url: string): Promise<Redis> {
  const redis = new Redis(url, { ...redisOptions, commandTimeout: 10_000 });
  await once(redis, 'ready');
  return redis;
}
