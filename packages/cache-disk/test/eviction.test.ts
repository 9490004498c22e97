import { DiskStore } from '@perf/cache-disk';
import { FakeClock, seededRandom } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { TempFolder } from './temp-folder.ts';

interface ModelEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly expiresAt: number;
  isVisited: boolean;
}

/** SIEVE over an array, oldest first, with expired entries leaving before it. */
class SieveModel {
  readonly #most: number;
  readonly #now: () => number;
  #entries: ModelEntry[] = [];
  #hand = 0;

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  get bytes(): number {
    return this.#entries.reduce((sum, { key, value }) => sum + 1 + key.length + value.length, 0);
  }

  get(key: string): Uint8Array | undefined {
    const found = this.#entries.find((held) => held.key === key && held.expiresAt > this.#now());
    if (found !== undefined) found.isVisited = true;
    return found?.value;
  }

  set(key: string, value: Uint8Array, expiresAt: number): void {
    this.sweep();
    this.drop((held) => held.key === key);
    const cost = 1 + key.length + value.length;
    if (expiresAt <= this.#now()) return;
    while (this.bytes + cost > this.#most) this.#evictOne();
    this.#entries.push({ key, value, expiresAt, isVisited: false });
  }

  sweep(): void {
    this.drop(({ expiresAt }) => expiresAt <= this.#now());
  }

  drop(leaves: (held: ModelEntry) => boolean): void {
    const before = this.#entries.slice(0, this.#hand).filter(leaves).length;
    this.#entries = this.#entries.filter((held) => !leaves(held));
    this.#hand -= before;
  }

  #evictOne(): void {
    for (;;) {
      if (this.#hand >= this.#entries.length) this.#hand = 0;
      const held = this.#entries[this.#hand];
      if (held?.isVisited !== true) return void this.#entries.splice(this.#hand, 1);
      held.isVisited = false;
      this.#hand++;
    }
  }
}

describe.each(['lmdb', 'sqlite'] as const)('eviction on %s', (driver) => {
  it.each([1, 2, 3])('agrees with SIEVE on arrays after each of many calls, run %d', async (seed) => {
    using folder = new TempFolder();
    const random = seededRandom(seed);
    const clock = new FakeClock();
    const maxBytes = 3_000;
    await using store = await DiskStore.open(folder.path, { driver, maxBytes, now: clock.now });
    const model = new SieveModel(maxBytes, clock.now);
    const wrong: string[] = [];

    for (let step = 0; step < 400; step++) {
      const key = `${random.pick(['a', 'b'])}${random.int(0, 30)}`;
      const action = random.next();
      if (action < 0.45) {
        const value = new Uint8Array(random.int(0, 400)).fill(step);
        const expiresAt = random.next() < 0.3 ? clock.now() + random.int(-1, 40) : Infinity;
        await store.setMany([{ key, value, expiresAt }]);
        model.set(key, value, expiresAt);
      } else if (action < 0.85) {
        const [found] = await store.getMany([key]);
        const expected = model.get(key);
        if (Buffer.compare(found?.value ?? Buffer.of(1), expected ?? Buffer.of(1)) !== 0)
          wrong.push(`step ${step}: ${key}`);
      } else if (action < 0.93) {
        await store.deleteMany([key]);
        model.sweep();
        model.drop((held) => held.key === key);
      } else if (action < 0.95) {
        await store.clear('b1');
        model.sweep();
        model.drop((held) => held.key.startsWith('b1'));
      } else clock.advance(random.int(1, 10));
      const { memoryUsedBytes } = store.statistics;
      if (memoryUsedBytes !== model.bytes || memoryUsedBytes > maxBytes)
        wrong.push(`step ${step}: ${memoryUsedBytes} bytes, not ${model.bytes}`);
    }

    expect(wrong).toEqual([]);
    expect(store.statistics.evictions).toBeGreaterThan(20);
  });

  it('keeps within a smaller budget from the first write after it was opened with one', async () => {
    using folder = new TempFolder();
    const fill = (keys: readonly number[]) =>
      keys.map((i) => ({ key: `k${i}`, value: new Uint8Array(100), expiresAt: Infinity }));
    const first = await DiskStore.open(folder.path, { driver });
    await first.setMany(fill(Array.from({ length: 200 }, (_, i) => i)));
    await first[Symbol.asyncDispose]();

    await using second = await DiskStore.open(folder.path, { driver, maxBytes: 5_000 });
    await second.setMany(fill([1_000]));

    expect(second.statistics.memoryUsedBytes).toBeLessThanOrEqual(5_000);
    expect(second.statistics.memoryUsedBytes).toBeGreaterThan(4_700);
  });
});
