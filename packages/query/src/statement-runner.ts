import diagnostics from 'node:diagnostics_channel';
import type {
  OptimizedQuery,
  QueryEngine,
  QueryOptimizer,
  ResultStream,
  Rewrite,
  Statement,
} from '@perf/contracts';
import { channels, orAborted } from '@perf/contracts';
import type { CheckedQuery } from './checked-query.ts';
import type { StatisticsCache } from './statistics-cache.ts';

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

  constructor(engine: QueryEngine, optimizer: QueryOptimizer, statistics: StatisticsCache) {
    this.#engine = engine;
    this.#optimizer = optimizer;
    this.#statistics = statistics;
  }

  /** Waits for statistics no longer than the caller does; they are read to their end for the next one. */
  async optimize({ query, tables }: CheckedQuery, signal: AbortSignal | undefined): Promise<OptimizedQuery> {
    const statistics = await orAborted(this.#statistics.of(tables), signal, 'the query');
    return this.#optimizer.optimizeQuery(query, statistics);
  }

  /** The statement: optimized, or as the query was written. */
  async prepare(
    checked: CheckedQuery,
    optimized: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Prepared> {
    if (!optimized) return { statement: this.#optimizer.compile(checked.query), rewrites: [] };
    const prepared = await this.optimize(checked, signal);
    if (rewritten.hasSubscribers)
      for (const { rule, estimatedGain } of prepared.rewrites)
        rewritten.publish({ queryKey: checked.key, rule, estimatedGain });
    return prepared;
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
