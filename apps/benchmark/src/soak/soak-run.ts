import type { CacheStore, EntryOptions } from '@perf/contracts';
import { TieredCache } from '@perf/cache-core';
import type { CacheNamespace } from '@perf/cache-core';
import { seededRandom } from '@perf/testkit/inputs';
import { SAMPLES } from './slope.ts';

/** How long a soak is. */
export interface SoakOptions {
  readonly ms: number;
  /** Tiers below the memory. @default none */
  readonly tiers?: readonly CacheStore[];
  /** Frees what can be freed, before each sample. */
  readonly collect: () => void;
  /** Told after each sample. */
  readonly sampled: (done: number) => void;
}

/** The heap after a collection. */
export interface SoakSample {
  readonly operations: number;
  readonly bytes: number;
}

/** What a soak did. */
export interface SoakReport {
  readonly operations: number;
  readonly samples: readonly SoakSample[];
  /** Hours by which the clock of lives went on. */
  readonly clockHours: number;
  readonly hits: number;
  readonly evictions: number;
  /** Tags that the cache still knew at the end. */
  readonly tags: number;
}

const CLOCK_HOURS = 8;
const KEYS = 100_000;
const TAGS = 5000;
const MAX_ENTRIES = 20_000;
const BATCH = 500;
/** The cache fills in this share of the time, before the first sample. */
const WARM_UP = 0.15;
const LIVES_MS = [1000, 60_000, 3_600_000, Infinity];

/** Does everything that a cache can do, mixed, for some minutes in which its clock goes on by eight hours; samples the heap 20 times. */
export async function runSoak({ ms, tiers = [], collect, sampled }: SoakOptions): Promise<SoakReport> {
  const began = performance.now();
  const epoch = Date.now();
  const share = (): number => (performance.now() - began) / ms;
  const now = (): number => epoch + Math.min(1, share()) * CLOCK_HOURS * 3_600_000;
  const cache = new TieredCache({
    memory: { maxEntries: MAX_ENTRIES },
    tiers,
    now,
    onError: () => undefined,
  });
  const work = new SoakWork(cache);
  const samples: SoakSample[] = [];
  while (samples.length < SAMPLES) {
    await work.batch();
    if (share() < WARM_UP + ((1 - WARM_UP) * (samples.length + 1)) / SAMPLES) continue;
    await cache.flush();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    samples.push({ operations: work.operations, bytes: heapUsed + external });
    sampled(samples.length);
  }
  const { cacheHits, evictions } = cache.getStatistics();
  const report = {
    operations: work.operations,
    samples,
    clockHours: (now() - epoch) / 3_600_000,
    hits: cacheHits,
    evictions,
    tags: cache.tagCount,
  };
  await cache[Symbol.asyncDispose]();
  return report;
}

/** Random operations on one cache. */
class SoakWork {
  operations = 0;
  readonly #cache: TieredCache;
  readonly #spaces: readonly CacheNamespace[];
  readonly #random = seededRandom(1);
  readonly #rank: () => number;

  constructor(cache: TieredCache) {
    this.#cache = cache;
    this.#spaces = ['red', 'green', 'blue'].map((name) => cache.namespace(name));
    this.#rank = this.#random.zipf(KEYS, 0.9);
  }

  /** Some operations at once; resolves when all have settled. */
  async batch(): Promise<void> {
    const running = Array.from({ length: BATCH }, () => this.#one());
    await Promise.allSettled(running);
    this.operations += BATCH;
    await new Promise((resolve) => void setImmediate(resolve));
  }

  async #one(): Promise<unknown> {
    const { next, pick, int } = this.#random;
    const dice = next();
    const cache = dice > 0.9 ? pick(this.#spaces) : this.#cache;
    const key = `key:${this.#rank()}`;
    const what = next() * 100;
    if (what < 70) return cache.getOrSet(key, this.#load(key), this.#options());
    if (what < 78) return cache.get(key);
    if (what < 87) return cache.set(key, { key, text: 'x'.repeat(int(0, 40)) }, this.#options());
    if (what < 94) return cache.delete(key);
    if (what < 98.9) return cache.invalidateTags([this.#tag()]);
    if (what < 99.9) return this.#abandoned(key);
    if (what < 99.99) return pick(this.#spaces).clear();
    return what < 99.995 ? cache.invalidatePrefix(`key:${int(1000, 9999)}`) : this.#cache.clear();
  }

  /** Loads that answer at once, later, with nothing, or not at all. */
  #load(key: string): () => unknown {
    const kind = this.#random.int(0, 9);
    if (kind < 5) return () => ({ key, at: this.operations });
    if (kind < 8) return async () => ({ key, at: this.operations });
    if (kind === 8) return async () => (this.#random.next() < 0.5 ? null : undefined);
    return async () => {
      throw new Error('the source is down');
    };
  }

  #options(): EntryOptions {
    const { next, pick, int } = this.#random;
    return {
      ttlMs: pick(LIVES_MS),
      ...(next() < 0.5 ? { tags: Array.from({ length: int(1, 3) }, () => this.#tag()) } : {}),
      ...(next() < 0.2 ? { graceMs: 60_000 } : {}),
      ...(next() < 0.1 ? { staleWhileRevalidateMs: 5000, jitter: 0.2 } : {}),
      ...(next() < 0.05 ? { errorTtlMs: 500, undefinedTtlMs: 500 } : {}),
    };
  }

  #tag(): string {
    return `tag:${this.#random.int(0, TAGS - 1)}`;
  }

  /** A caller that goes before its load ends. */
  async #abandoned(key: string): Promise<unknown> {
    const stop = new AbortController();
    const reading = this.#cache.getOrSet(
      key,
      () => new Promise((resolve) => void setImmediate(resolve, { key })),
      { signal: stop.signal },
    );
    stop.abort();
    return reading;
  }
}
