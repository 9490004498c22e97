import type { CacheStore } from '@perf/contracts';
import { messagePack } from '../bytes/serializer.ts';

/** How a tier is used as a Keyv store. */
export interface KeyvAdapterOptions {
  /** Source of time, epoch ms; the tier's own. @default Date.now */
  readonly now?: () => number;
}

type Listener = (...values: unknown[]) => void;

/**
 * A tier as the store of a Keyv, version 5 or 6, which looks for these methods and no class. A tier cannot list its keys, so there is no
 * iterator. Failures of the tier reject, and are emitted as `error` by the Keyv.
 *
 * @example
 * const keyv = new Keyv({ store: new KeyvAdapter(new MemoryStore({ maxEntries: 10_000 })) });
 */
export class KeyvAdapter {
  /** Keyv 5 looks for it. */
  readonly opts: object = {};
  /** Set by the Keyv: its keys begin with it here, and `clear` drops no others. */
  namespace: string | undefined;
  readonly #store: CacheStore;
  readonly #now: () => number;
  readonly #serializer = messagePack();

  /** @param store closed by whoever made it */
  constructor(store: CacheStore, options: KeyvAdapterOptions = {}) {
    this.#store = store;
    this.#now = options.now ?? Date.now;
  }

  async get<T>(key: string): Promise<T | undefined> {
    return (await this.getMany<T>([key]))[0];
  }

  async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    const found = await this.#find(keys);
    return found.map((entry) => (entry === undefined ? undefined : this.#decode<T>(entry.value)));
  }

  /** @param ttl life in ms; absent or 0: for ever */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.setMany([{ key, value, ...(ttl === undefined ? {} : { ttl }) }]);
    return true;
  }

  async setMany(
    entries: readonly { readonly key: string; readonly value: unknown; readonly ttl?: number }[],
  ): Promise<boolean[]> {
    const now = this.#now();
    await this.#store.setMany(
      entries.map(({ key, value, ttl = 0 }) => ({
        key: this.#name(key),
        value: this.#store.keeps === 'bytes' ? this.#serializer.encode(value) : value,
        expiresAt: ttl > 0 ? now + ttl : Infinity,
      })),
    );
    return entries.map(() => true);
  }

  /** Whether there was an entry. */
  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /** Whether there was an entry under any of the keys. */
  async deleteMany(keys: readonly string[]): Promise<boolean> {
    const found = await this.#find(keys);
    await this.#store.deleteMany(keys.map((key) => this.#name(key)));
    return found.some((entry) => entry !== undefined);
  }

  async has(key: string): Promise<boolean> {
    return (await this.#find([key]))[0] !== undefined;
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return (await this.#find(keys)).map((entry) => entry !== undefined);
  }

  async clear(): Promise<void> {
    await this.#store.clear(this.#name(''));
  }

  /** Does nothing: the tier tells failures by rejecting. */
  on(_event: string, _listener: Listener): this {
    return this;
  }

  #find(keys: readonly string[]): ReturnType<CacheStore['getMany']> {
    return this.#store.getMany(keys.map((key) => this.#name(key)));
  }

  /** Keyv 6 leaves it to the store to keep namespaces apart; Keyv 5 does it too, which does no harm. */
  #name(key: string): string {
    return this.namespace === undefined ? key : `${this.namespace}:${key}`;
  }

  #decode<T>(value: unknown): T | undefined {
    if (!(this.#store.keeps === 'bytes' && value instanceof Uint8Array)) return typed<T>(value);
    try {
      return typed<T>(this.#serializer.decode(value));
    } catch {
      // Bytes that somebody else wrote: the entry counts as missing.
      return undefined;
    }
  }
}

/** What a key holds is what its callers put there: they alone know its type. */
function typed<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T;
}
