import type { QueryEngine, QueryStatistics, TableStatistics } from '@perf/contracts';

/** When statistics that could not be read are tried again, in ms. */
const RETRY_MS = 30_000;

interface Kept {
  readonly statistics: Promise<TableStatistics | undefined>;
  /** Epoch ms from which on they are read again. */
  until: number;
}

/**
 * Statistics of tables, read from the engine when first needed and again after a while. One read per table at a time. What
 * cannot be read is unknown: estimates then use defaults, and no query fails for it.
 */
export class StatisticsCache {
  readonly #engine: QueryEngine;
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #tables = new Map<string, Kept>();

  constructor(engine: QueryEngine, ttlMs: number, now: () => number, onError: (error: unknown) => void) {
    this.#engine = engine;
    this.#ttlMs = ttlMs;
    this.#now = now;
    this.#onError = onError;
  }

  async of(tables: readonly string[]): Promise<QueryStatistics> {
    const found = await Promise.all(tables.map(async (name) => [name, await this.#table(name)] as const));
    return {
      tables: new Map(
        found.flatMap(([name, statistics]) => (statistics === undefined ? [] : [[name, statistics]])),
      ),
    };
  }

  #table(name: string): Promise<TableStatistics | undefined> {
    const kept = this.#tables.get(name);
    if (kept !== undefined && this.#now() < kept.until) return kept.statistics;
    const fresh: Kept = { statistics: this.#read(name), until: this.#now() + this.#ttlMs };
    this.#tables.set(name, fresh);
    return fresh.statistics;
  }

  async #read(name: string): Promise<TableStatistics | undefined> {
    try {
      return (await this.#engine.statistics([name])).tables.get(name);
    } catch (error) {
      const kept = this.#tables.get(name);
      if (kept !== undefined) kept.until = Math.min(kept.until, this.#now() + RETRY_MS);
      this.#onError(error);
      return undefined;
    }
  }
}
