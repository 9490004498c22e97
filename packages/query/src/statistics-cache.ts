import type { QueryEngine, QueryStatistics, TableStatistics } from '@perf/contracts';

interface Kept {
  readonly readAt: number;
  readonly statistics: Promise<TableStatistics | undefined>;
}

/** Statistics of tables, read from the engine when first needed and again after a while. One read per table at a time. */
export class StatisticsCache {
  readonly #engine: QueryEngine;
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #tables = new Map<string, Kept>();

  constructor(engine: QueryEngine, ttlMs: number, now: () => number) {
    this.#engine = engine;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  async of(tables: Iterable<string>): Promise<QueryStatistics> {
    const found = await Promise.all(
      Array.from(new Set(tables), async (name) => [name, await this.#table(name)] as const),
    );
    return {
      tables: new Map(
        found.flatMap(([name, statistics]) => (statistics === undefined ? [] : [[name, statistics]])),
      ),
    };
  }

  async #table(name: string): Promise<TableStatistics | undefined> {
    const kept = this.#tables.get(name);
    if (kept !== undefined && this.#now() - kept.readAt < this.#ttlMs) return kept.statistics;
    const statistics = this.#engine.statistics([name]).then(({ tables }) => tables.get(name));
    const fresh: Kept = { readAt: this.#now(), statistics };
    this.#tables.set(name, fresh);
    statistics.catch(() => {
      if (this.#tables.get(name) === fresh) this.#tables.delete(name);
    });
    return statistics;
  }
}
