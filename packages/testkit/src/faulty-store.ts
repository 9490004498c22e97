import type { CacheStore, StoreEntry, StoreOptions } from '@perf/contracts';
import { Faults } from './faults.ts';

/** The calls a store can fail. */
export type StoreMethod = 'getMany' | 'setMany' | 'deleteMany' | 'clear';

/**
 * A real store that fails, waits or hangs when told: for tests of outages, slow answers and half-written data.
 *
 * @example
 * const store = new FaultyStore(new MemoryStore({ maxEntries: 100 }));
 * store.failNext('getMany');
 */
export class FaultyStore<V = unknown> extends Faults<StoreMethod> implements CacheStore<V> {
  readonly name: string;
  readonly keeps: 'values' | 'bytes';
  readonly #inner: CacheStore<V>;

  /** @param inner disposed with this @param wait how delays pass; default real timers */
  constructor(inner: CacheStore<V>, wait?: (ms: number) => Promise<void>) {
    super(wait);
    this.#inner = inner;
    this.name = inner.name;
    this.keeps = inner.keeps;
  }

  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<V> | undefined)[]> {
    await this.meet('getMany', options?.signal);
    return this.#inner.getMany(keys, options);
  }

  /** Halfway: the first half of the entries is stored. */
  async setMany(entries: readonly StoreEntry<V>[], options?: StoreOptions): Promise<void> {
    const fault = await this.meet('setMany', options?.signal);
    await this.#inner.setMany(fault === undefined ? entries : half(entries), options);
    if (fault !== undefined) throw fault.error;
  }

  /** Halfway: the first half of the keys is dropped. */
  async deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    const fault = await this.meet('deleteMany', options?.signal);
    await this.#inner.deleteMany(fault === undefined ? keys : half(keys), options);
    if (fault !== undefined) throw fault.error;
  }

  async clear(prefix: string, options?: StoreOptions): Promise<void> {
    await this.meet('clear', options?.signal);
    await this.#inner.clear(prefix, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.#inner[Symbol.asyncDispose]();
  }
}

function half<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, items.length >> 1);
}
