import type { StoreEntry, StoreOptions } from '@perf/contracts';
import { FakeClock, cacheStoreSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { MapStore } from '../map-store.ts';

const clock = new FakeClock();
const now = clock.now;

class Sound extends MapStore {}

class LosesOrder extends MapStore {
  override async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<unknown> | undefined)[]> {
    return (await super.getMany(keys, options)).toSorted((a, b) =>
      (a?.key ?? '') < (b?.key ?? '') ? -1 : 1,
    );
  }
}

class ExpiresLate extends MapStore {
  override setMany(entries: readonly StoreEntry<unknown>[], options?: StoreOptions): Promise<void> {
    return super.setMany(
      entries.map((entry) => ({ ...entry, expiresAt: entry.expiresAt + 1 })),
      options,
    );
  }
}

class KeepsOldForExpired extends MapStore {
  override setMany(entries: readonly StoreEntry<unknown>[], options?: StoreOptions): Promise<void> {
    return super.setMany(
      entries.filter((entry) => entry.expiresAt > now()),
      options,
    );
  }
}

class ReadsPrefixAsGlob extends MapStore {
  override clear(prefix: string, options?: StoreOptions): Promise<void> {
    return super.clear(prefix.replace(/\*.*$/, ''), options);
  }
}

class ClearsEverything extends MapStore {
  override clear(_prefix: string, options?: StoreOptions): Promise<void> {
    return super.clear('', options);
  }
}

class FoldsKeys extends MapStore {
  override setMany(entries: readonly StoreEntry<unknown>[], options?: StoreOptions): Promise<void> {
    return super.setMany(
      entries.map((entry) => ({ ...entry, key: entry.key.trim() })),
      options,
    );
  }
}

class SharesBytes extends MapStore {
  override readonly keeps = 'bytes';

  override own(value: unknown): unknown {
    return value;
  }
}

class IgnoresSignals extends MapStore {
  override getMany(keys: readonly string[]): Promise<readonly (StoreEntry<unknown> | undefined)[]> {
    return super.getMany(keys);
  }

  override setMany(entries: readonly StoreEntry<unknown>[]): Promise<void> {
    return super.setMany(entries);
  }
}

class LivesOn extends MapStore {
  override async [Symbol.asyncDispose](): Promise<void> {
    // Broken on purpose: takes calls for ever.
  }
}

class DisposesOnce extends MapStore {
  #disposed = false;

  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) throw new Error('disposed twice');
    this.#disposed = true;
    await super[Symbol.asyncDispose]();
  }
}

class ForgetsDelete extends MapStore {
  override deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    return super.deleteMany(keys.slice(1), options);
  }
}

const STORES = {
  Sound,
  LosesOrder,
  ExpiresLate,
  KeepsOldForExpired,
  ReadsPrefixAsGlob,
  ClearsEverything,
  FoldsKeys,
  SharesBytes,
  IgnoresSignals,
  LivesOn,
  DisposesOnce,
  ForgetsDelete,
};

for (const [name, Store] of Object.entries(STORES)) {
  describe(`store ${name}`, () => {
    cacheStoreSuite({
      create: () => new Store({ now }),
      ttlStepMs: 1,
      now,
      advance: (ms) => clock.advance(ms),
    });
  });
}
