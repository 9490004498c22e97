import diagnostics from 'node:diagnostics_channel';
import type {
  OptimizedQuery,
  QueryEngine,
  QueryOptimizer,
  QueryStatistics,
  ResultStream,
  Rewrite,
  Statement,
} from '@perf/contracts';
import { channels, orAborted } from '@perf/contracts';
import type { CheckedQuery } from './checked-query.ts';
import type { StatisticsCache } from './statistics-cache.ts';
import { Verdicts } from './verdicts.ts';

/** A statement ready to run. */
export interface Prepared {
  readonly statement: Statement;
  readonly rewrites: readonly Rewrite[];
}

const rewritten = diagnostics.channel(channels.rewrite);

/** Turns checked queries into statements and runs them. */
export class StatementRunner {
  readonly #engine: QueryEngine;
  readonly #optimizer: QueryOptimizer;
  readonly #statistics: StatisticsCache;
  readonly #verdicts: Verdicts;

  constructor(engine: QueryEngine, optimizer: QueryOptimizer, statistics: StatisticsCache) {
    this.#engine = engine;
    this.#optimizer = optimizer;
    this.#statistics = statistics;
    this.#verdicts = new Verdicts(engine, optimizer);
  }

  /** Waits for statistics no longer than the caller does; they are read to their end for the next one. */
  async optimize(checked: CheckedQuery, signal: AbortSignal | undefined): Promise<OptimizedQuery> {
    return (await this.#optimized(checked, signal)).optimized;
  }

  /** The statement: optimized, or as the query was written. */
  async prepare(
    checked: CheckedQuery,
    optimized: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Prepared> {
    if (!optimized) return { statement: this.#optimizer.compile(checked.query), rewrites: [] };
    const { optimized: prepared, statistics } = await this.#optimized(checked, signal);
    const pays = await orAborted(this.#verdicts.usesOptimized(prepared, statistics), signal, 'the query');
    if (!pays) return { statement: this.#optimizer.compile(checked.query), rewrites: [] };
    if (rewritten.hasSubscribers)
      for (const { rule, estimatedGain } of prepared.rewrites)
        rewritten.publish({ queryKey: checked.key, rule, estimatedGain });
    return prepared;
  }

  async #optimized(
    { query, tables }: CheckedQuery,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly optimized: OptimizedQuery; readonly statistics: QueryStatistics }> {
    const statistics = await orAborted(this.#statistics.of(tables), signal, 'the query');
    return { optimized: this.#optimizer.optimizeQuery(query, statistics), statistics };
  }

  /** The engine's stream, under the names and classifications that the compiler knows. */
  async execute(
    { statement }: Prepared,
    shape: 'rows' | 'columns',
    signal: AbortSignal | undefined,
  ): Promise<ResultStream> {
    const stream = await this.#engine.execute(statement, { shape, signal });
    const known = statement.schema?.fields ?? [];
    const schema = {
      fields: stream.schema.fields.map((field, i) => ({ ...field, ...known[i], type: field.type })),
    };
    return {
      schema,
      async *[Symbol.asyncIterator]() {
        for await (const batch of stream) yield { ...batch, schema };
      },
      [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
    };
  }
}
