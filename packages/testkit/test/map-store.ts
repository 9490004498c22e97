import type { CacheStore, StoreEntry, StoreOptions } from '@perf/contracts';
import { PerfError, throwIfAborted } from '@perf/contracts';

/** The plainest store that keeps the contract: a `Map`. It keeps values, or copies of bytes. */
export class MapStore implements CacheStore {
  readonly name = 'map';
  readonly keeps: 'values' | 'bytes';
  readonly #entries = new Map<string, StoreEntry<unknown>>();
  readonly #now: () => number;
  #disposed = false;

  constructor(options: { readonly keeps?: 'values' | 'bytes'; readonly now?: () => number } = {}) {
    this.keeps = options.keeps ?? 'values';
    this.#now = options.now ?? Date.now;
  }

  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<unknown> | undefined)[]> {
    this.#check(options);
    return keys.map((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined || entry.expiresAt <= this.#now() ? undefined : entry;
    });
  }

  async setMany(entries: readonly StoreEntry<unknown>[], options?: StoreOptions): Promise<void> {
    this.#check(options);
    for (const entry of entries) {
      this.#entries.set(entry.key, { ...entry, value: this.own(entry.value) });
    }
  }

  async deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    this.#check(options);
    for (const key of keys) this.#entries.delete(key);
  }

  async clear(prefix: string, options?: StoreOptions): Promise<void> {
    this.#check(options);
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
  }

  /** The value as it is held. */
  own(value: unknown): unknown {
    return this.keeps === 'bytes' && value instanceof Uint8Array ? value.slice() : value;
  }

  #check(options: StoreOptions | undefined): void {
    if (this.#disposed) throw new PerfError('ERR_PERF_DISPOSED', 'the map was used after it was disposed');
    throwIfAborted(options?.signal, 'the call');
  }
}
