import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { CacheUnderTest } from '@perf/testkit/cache';
import { sharedNow } from '@perf/testkit/cache';

/** What is asked again and again in an outage. */
export interface OutageOrder {
  /** Keys that memory holds. */
  readonly hotKeys: readonly string[];
  /** Begins the names of keys that nobody holds. */
  readonly coldName: string;
  readonly loadMs: number;
  readonly coldEveryMs: number;
}

/** One read of a cold key. */
export interface ColdRead {
  /** When it began, on the clock of `sharedNow`. */
  readonly start: number;
  /** Ms it took above its load. */
  readonly overMs: number;
}

/** What an outage was like on one node. */
export interface OutageReport {
  readonly hits: number;
  readonly hitP99Ms: number;
  readonly hitMaxMs: number;
  /** Hot keys that had to be loaded. */
  readonly reloads: number;
  readonly colds: readonly ColdRead[];
  /** Calls that had not settled after 5 s. */
  readonly hangs: number;
  /** Calls that rejected. */
  readonly failed: number;
}

const HOT_EVERY_MS = 4;
const HITS_AT_ONCE = 5;
const HANG_MS = 5000;

/** Asks a cache for hot and cold keys until it is stopped, and keeps the times. */
export class OutageWatch {
  readonly #cache: CacheUnderTest;
  readonly #order: OutageOrder;
  readonly #hits = createHistogram();
  readonly #colds: ColdRead[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #pending = new Map<number, number>();
  readonly #loops: readonly Promise<void>[];
  #isOver = false;
  #calls = 0;
  #reloads = 0;
  #hangs = 0;
  #failed = 0;

  constructor(cache: CacheUnderTest, order: OutageOrder) {
    this.#cache = cache;
    this.#order = order;
    this.#loops = [this.#askHot(), this.#askCold()];
  }

  /** Stops asking, waits for what runs, for at most 5 s, and tells. */
  async end(): Promise<OutageReport> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    const stop = new AbortController();
    const patience = delay(HANG_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#running), patience]);
    stop.abort();
    return {
      hits: this.#hits.count,
      hitP99Ms: this.#hits.count === 0 ? 0 : this.#hits.percentile(99) / 1e6,
      hitMaxMs: this.#hits.count === 0 ? 0 : this.#hits.max / 1e6,
      reloads: this.#reloads,
      colds: this.#colds,
      hangs:
        this.#hangs +
        [...this.#pending.values()].filter((start) => sharedNow() - start >= HANG_MS - 10).length,
      failed: this.#failed,
    };
  }

  async #askHot(): Promise<void> {
    const { hotKeys } = this.#order;
    while (!this.#isOver) {
      for (let i = 0; i < HITS_AT_ONCE; i++)
        this.#call(() => this.#hot(hotKeys[this.#calls % hotKeys.length] ?? ''));
      await delay(HOT_EVERY_MS);
    }
  }

  async #hot(key: string): Promise<void> {
    const start = process.hrtime.bigint();
    await this.#cache.getOrSet(key, async () => {
      this.#reloads++;
      return 'loaded anew';
    });
    this.#hits.record(process.hrtime.bigint() - start);
  }

  async #askCold(): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      this.#call(() => this.#cold(`${this.#order.coldName}${i}`));
      await delay(this.#order.coldEveryMs);
    }
  }

  async #cold(key: string): Promise<void> {
    const start = sharedNow();
    let loadTook = 0;
    await this.#cache.getOrSet(key, async () => {
      const begun = sharedNow();
      await delay(this.#order.loadMs);
      loadTook = sharedNow() - begun;
      return key;
    });
    this.#colds.push({ start, overMs: sharedNow() - start - loadTook });
  }

  #call(work: () => Promise<void>): void {
    const id = this.#calls++;
    const start = sharedNow();
    this.#pending.set(id, start);
    const running = work()
      .catch(() => void this.#failed++)
      .finally(() => {
        this.#running.delete(running);
        this.#pending.delete(id);
        if (sharedNow() - start >= HANG_MS) this.#hangs++;
      });
    this.#running.add(running);
  }
}
