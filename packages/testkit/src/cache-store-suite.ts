import type { CacheStore } from '@perf/contracts';
import { describe } from 'vitest';
import { boundaryCases } from './store-suite/boundary-cases.ts';
import { contentCases } from './store-suite/content-cases.ts';
import { expiryCases } from './store-suite/expiry-cases.ts';
import { modelCases } from './store-suite/model-cases.ts';
import { storeFixtureOf } from './store-suite/store-fixture.ts';

/** What the suite needs to know of a store. */
export interface CacheStoreSuiteOptions {
  /** Makes a new, empty store with room for 1,000 entries and 8 MiB. Called once per test; the suite disposes it. */
  readonly create: () => CacheStore | Promise<CacheStore>;
  /** The finest step of time at which expiry is exact, in ms: 1 for most. */
  readonly ttlStepMs: number;
  /** The store's clock, epoch ms. @default Date.now */
  readonly now?: () => number;
  /** Moves the store's clock. Give it together with `now`. @default waits for real, which makes the suite slower */
  readonly advance?: (ms: number) => void | Promise<void>;
  /** Whether `clear` drops everything whatever the prefix, as in a store that cannot list its keys. @default false */
  readonly clearsAll?: boolean;
}

/**
 * What every `CacheStore` must do, as vitest tests; a tier brings its factory and nothing else.
 *
 * @example
 * describe('MemoryStore', () => {
 *   const clock = new FakeClock();
 *   cacheStoreSuite({
 *     create: () => new MemoryStore({ now: clock.now }),
 *     ttlStepMs: 1,
 *     now: clock.now,
 *     advance: (ms) => clock.advance(ms),
 *   });
 * });
 */
export function cacheStoreSuite(options: CacheStoreSuiteOptions): void {
  const fixture = storeFixtureOf(options);
  describe('cacheStoreSuite', () => {
    contentCases(fixture);
    expiryCases(fixture);
    boundaryCases(fixture);
    modelCases(fixture);
  });
}
