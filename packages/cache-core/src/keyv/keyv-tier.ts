import type { CacheStore, StoreEntry, StoreOptions } from '@perf/contracts';
import { PerfError, orAborted, throwIfAborted } from '@perf/contracts';

/** What is used of a Keyv, or of one of its storage adapters: any version from 5 on has it. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  /** @param ttl ms */
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  clear(): Promise<unknown>;
}

/** How a Keyv is used as a tier. */
export interface KeyvTierOptions {
  /** Names the tier in statistics. @default 'keyv' */
  readonly name?: string;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
}

/** When the entry ends, and its bytes. */
const STORED = /^([0-9]+(?:\.[0-9]+)?|never):([A-Za-z0-9+/]*={0,2})$/;

/**
 * Any Keyv as a byte tier: entries are kept as text, so whatever serializer or database is behind it will do. Give the Keyv
 * a namespace of its own: `clear` empties all of it, since a Keyv cannot drop the keys that begin with something.
 *
 * @example
 * const cache = new TieredCache({ tiers: [new KeyvTier(new Keyv(new KeyvPostgres(url), { namespace: 'cache' }))] });
 */
export class KeyvTier implements CacheStore<Uint8Array> {
  readonly name: string;
  readonly keeps = 'bytes';
  readonly #keyv: KeyvLike;
  readonly #now: () => number;
  #isDisposed = false;

  /** @param keyv closed by whoever made it */
  constructor(keyv: KeyvLike, options: KeyvTierOptions = {}) {
    this.#keyv = keyv;
    this.name = options.name ?? 'keyv';
    this.#now = options.now ?? Date.now;
  }

  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<Uint8Array> | undefined)[]> {
    return this.#ask('a read', options, async () => {
      const found = await Promise.all(keys.map((key) => this.#keyv.get(key)));
      return keys.map((key, i) => this.#entry(key, found[i]));
    });
  }

  async setMany(entries: readonly StoreEntry<Uint8Array>[], options?: StoreOptions): Promise<void> {
    const now = this.#now();
    await this.#ask('a write', options, () =>
      Promise.all(
        entries.map(async ({ key, value, expiresAt }) => {
          if (expiresAt <= now) return this.#keyv.delete(key);
          const end = expiresAt === Infinity ? 'never' : String(expiresAt);
          const ttl = expiresAt === Infinity ? undefined : Math.ceil(expiresAt - now);
          const text = `${end}:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
          // Keyv 5 and 6 answer false, and throw nothing, when the database failed.
          if ((await this.#keyv.set(key, text, ttl)) === false)
            throw new Error('Keyv did not store the entry');
        }),
      ),
    );
  }

  async deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    await this.#ask('a delete', options, () => Promise.all(keys.map((key) => this.#keyv.delete(key))));
  }

  /** Drops everything, whatever the prefix: more than was asked for is forgotten, never less. */
  async clear(_prefix: string, options?: StoreOptions): Promise<void> {
    await this.#ask('a clear', options, () => this.#keyv.clear());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
  }

  #entry(key: string, stored: unknown): StoreEntry<Uint8Array> | undefined {
    const match = typeof stored === 'string' ? STORED.exec(stored) : null;
    if (match === null) return undefined;
    const expiresAt = match[1] === 'never' ? Infinity : Number(match[1]);
    return expiresAt > this.#now()
      ? { key, value: Buffer.from(match[2] ?? '', 'base64'), expiresAt }
      : undefined;
  }

  async #ask<T>(doing: string, options: StoreOptions | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#isDisposed)
      throw new PerfError('ERR_PERF_DISPOSED', `the tier ${this.name} was disposed before ${doing}`);
    throwIfAborted(options?.signal, doing);
    try {
      return await orAborted(work(), options?.signal, doing);
    } catch (cause) {
      throwIfAborted(options?.signal, doing);
      throw new PerfError('ERR_PERF_TIER_UNAVAILABLE', `Keyv failed ${doing}`, { cause });
    }
  }
}
