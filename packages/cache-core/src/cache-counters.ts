import type { CacheStatistics, TierStatistics } from '@perf/contracts';

/** Plain counters of a cache. Times are summed in ms as `performance.now` gives them. */
export class CacheCounters {
  requests = 0;
  hits = 0;
  staleHits = 0;
  #timedHits = 0;
  #hitMs = 0;
  #timedMisses = 0;
  #missMs = 0;

  /** Counts the time of one hit. */
  timeHit(ms: number): void {
    this.#timedHits++;
    this.#hitMs += ms;
  }

  /** Counts the time of one miss with its load. */
  timeMiss(ms: number): void {
    this.#timedMisses++;
    this.#missMs += ms;
  }

  /** The counters as the contract shows them. */
  statistics(tiers: readonly TierStatistics[]): CacheStatistics {
    return {
      totalRequests: this.requests,
      cacheHits: this.hits,
      cacheMisses: this.requests - this.hits,
      averageHitTimeNs: this.#timedHits === 0 ? 0 : (this.#hitMs / this.#timedHits) * 1e6,
      averageMissTimeNs: this.#timedMisses === 0 ? 0 : (this.#missMs / this.#timedMisses) * 1e6,
      memoryUsedBytes: tiers.reduce((sum, tier) => sum + tier.memoryUsedBytes, 0),
      evictions: tiers.reduce((sum, tier) => sum + tier.evictions, 0),
      staleHits: this.staleHits,
      tiers,
    };
  }
}
