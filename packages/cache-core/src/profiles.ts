import type { TieredCacheOptions } from './tiered-cache-options.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIB = 1024 * 1024;

/** Sizes and lives of a memory tier by the kind of process, to be spread into the options of a cache. */
export interface CacheProfile extends Pick<TieredCacheOptions, 'ttlMs'> {
  readonly memory: { readonly maxEntries?: number; readonly maxBytes?: number };
  readonly ttlMs: number;
}

/**
 * The founding profiles of the memory tier: hot entities and sessions. A profile's ttl holds only where the profile is named;
 * otherwise an entry lives for 3600 s.
 *
 * @example
 * const cache = new TieredCache({ ...CACHE_PROFILES.service, tiers: [store] });
 */
export const CACHE_PROFILES: {
  readonly small: CacheProfile;
  readonly service: CacheProfile;
  readonly large: CacheProfile;
} = {
  /** 1,000 entries, 300 s. */
  small: { memory: { maxEntries: 1_000 }, ttlMs: 5 * MINUTE_MS },
  /** 512 MiB, 300 s. */
  service: { memory: { maxEntries: 1_000_000, maxBytes: 512 * MIB }, ttlMs: 5 * MINUTE_MS },
  /** 1 GiB, 3600 s. */
  large: { memory: { maxEntries: 1_000_000, maxBytes: 1024 * MIB }, ttlMs: HOUR_MS },
};

/** Lives in ms by the kind of answer, for tiers that many processes share: facts of an entity, computed statements, query results. */
export const ANSWER_TTLS_MS: { readonly facts: number; readonly statement: number; readonly query: number } =
  {
    facts: 4 * HOUR_MS,
    statement: 2 * HOUR_MS,
    query: HOUR_MS,
  };

/**
 * Hit rates that a cache should pass, of the requests of a stated workload: answers computed by patterns, repeated queries, a service
 * as a whole.
 */
export const HIT_RATE_PROFILES: {
  readonly patterns: number;
  readonly repeat: number;
  readonly service: number;
} = {
  patterns: 0.6,
  repeat: 0.8,
  service: 0.85,
};
