import type {
  OptimizedQuery,
  QueryEngine,
  QueryOptimizer,
  QueryStatistics,
  TableStatistics,
  Verdict,
} from '@perf/contracts';

/** Statements whose verdict is kept. */
const MOST = 1000;

interface Kept {
  readonly verdict: Promise<Verdict>;
  readonly statistics: readonly (TableStatistics | undefined)[];
}

/** What was decided of each optimized statement, until the statistics of one of its tables are read anew. The text holds no values, so it names the kind of query. */
export class Verdicts {
  readonly #engine: QueryEngine;
  readonly #optimizer: QueryOptimizer;
  readonly #kept = new Map<string, Kept>();

  constructor(engine: QueryEngine, optimizer: QueryOptimizer) {
    this.#engine = engine;
    this.#optimizer = optimizer;
  }

  /** Whether the optimized statement is to be used. What cannot be decided is as it was written: no query fails for it. */
  async usesOptimized(optimized: OptimizedQuery, statistics: QueryStatistics): Promise<boolean> {
    if (this.#optimizer.decide === undefined || optimized.rewrites.length === 0) return true;
    const { text } = optimized.statement;
    const tables = [...statistics.tables.values()];
    const kept = this.#kept.get(text);
    const isKnown = kept !== undefined && kept.statistics.every((each, i) => each === tables[i]);
    const verdict = isKnown ? kept.verdict : this.#decided(optimized, text, tables);
    return (await verdict).use === 'optimized';
  }

  #decided(optimized: OptimizedQuery, text: string, statistics: Kept['statistics']): Promise<Verdict> {
    const deciding = this.#optimizer.decide?.(optimized, { engine: this.#engine });
    const verdict = Promise.resolve(deciding ?? { use: 'optimized' as const, reason: '' }).catch(
      (): Verdict => ({ use: 'original', reason: 'the engine could not be asked' }),
    );
    this.#kept.delete(text);
    this.#kept.set(text, { verdict, statistics });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return verdict;
  }
}
