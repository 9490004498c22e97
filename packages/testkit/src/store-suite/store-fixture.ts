import type { CacheStore, StoreEntry } from '@perf/contracts';
import type { CacheStoreSuiteOptions } from '../cache-store-suite.ts';

/** What the groups of store tests share. */
export interface StoreFixture {
  readonly stepMs: number;
  readonly now: () => number;
  readonly advance: (ms: number) => void | Promise<void>;
  /** Whether time passes for nothing. */
  readonly timeIsFake: boolean;
  /** Whether `clear` drops everything whatever the prefix. */
  readonly clearsAll: boolean;
  /** Runs `work` on a new store and disposes it. */
  readonly withStore: (work: (store: CacheStore) => Promise<void>) => Promise<void>;
}

/** The fixture for one call of the suite. */
export function storeFixtureOf(options: CacheStoreSuiteOptions): StoreFixture {
  return {
    stepMs: options.ttlStepMs,
    now: options.now ?? Date.now,
    advance: options.advance ?? ((ms) => new Promise((resolve) => void setTimeout(resolve, ms))),
    timeIsFake: options.advance !== undefined,
    clearsAll: options.clearsAll ?? false,
    withStore: async (work) => {
      const store = await options.create();
      try {
        await work(store);
      } finally {
        await store[Symbol.asyncDispose]();
      }
    },
  };
}

/** A value the store can keep, different for each `id`. */
export function valueFor(store: CacheStore, id: number | string): unknown {
  return store.keeps === 'bytes' ? new TextEncoder().encode(`value ${id}`) : { id: `value ${id}` };
}

/** An entry that never expires unless told. */
export function entryFor(
  store: CacheStore,
  key: string,
  more: { readonly id?: number | string; readonly expiresAt?: number } = {},
): StoreEntry<unknown> {
  return { key, value: valueFor(store, more.id ?? key), expiresAt: more.expiresAt ?? Infinity };
}

/** What stands under each key: its value in comparable form, or undefined. */
export async function valuesOf(store: CacheStore, keys: readonly string[]): Promise<unknown[]> {
  return (await store.getMany(keys)).map((entry) =>
    entry === undefined ? undefined : comparable(entry.value),
  );
}

/** Bytes as text, so that a Buffer equals the Uint8Array it was set from; everything else as it is. */
export function comparable(value: unknown): unknown {
  return value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('latin1')}` : value;
}
