import type {
  Batch,
  Catalog,
  Dialect,
  EngineCapabilities,
  ExecuteOptions,
  ExecutionPlan,
  QueryEngine,
  QueryStatistics,
  ResultStream,
  Statement,
} from '@perf/contracts';
import { Faults } from './faults.ts';

/** The calls an engine can fail; `batch` is the handing over of one batch. */
export type EngineMethod = 'execute' | 'batch' | 'catalog' | 'statistics' | 'explain';

/** A real engine that fails, waits or hangs when told: before an answer, or in its middle. It has no `whatIf`. */
export class FaultyEngine extends Faults<EngineMethod> implements QueryEngine {
  readonly name: string;
  readonly dialect: Dialect;
  readonly capabilities: EngineCapabilities;
  readonly #inner: QueryEngine;
  readonly #open = new Set<ResultStream>();

  /** @param inner disposed with this @param wait how delays pass; default real timers */
  constructor(inner: QueryEngine, wait?: (ms: number) => Promise<void>) {
    super(wait);
    this.#inner = inner;
    this.name = inner.name;
    this.dialect = inner.dialect;
    this.capabilities = { ...inner.capabilities, whatIf: false };
  }

  async execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream> {
    await this.meet('execute', options?.signal);
    const stream = await this.#inner.execute(statement, options);
    this.#open.add(stream);
    return {
      schema: stream.schema,
      [Symbol.asyncIterator]: () => this.#batches(stream, options?.signal),
      [Symbol.asyncDispose]: () => {
        this.#open.delete(stream);
        return stream[Symbol.asyncDispose]();
      },
    };
  }

  /** Streams that were neither read to their end, nor left, nor disposed. */
  get openStreams(): number {
    return this.#open.size;
  }

  async catalog(): Promise<Catalog> {
    await this.meet('catalog');
    return this.#inner.catalog();
  }

  async statistics(
    tables: readonly string[],
    options?: { readonly sampleRows?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<QueryStatistics> {
    await this.meet('statistics', options?.signal);
    return this.#inner.statistics(tables, options);
  }

  async explain(
    statement: Statement,
    options?: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<ExecutionPlan> {
    await this.meet('explain', options?.signal);
    return this.#inner.explain(statement, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.#inner[Symbol.asyncDispose]();
  }

  async *#batches(stream: ResultStream, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    try {
      for await (const batch of stream) {
        await this.meet('batch', signal);
        yield batch;
      }
    } finally {
      this.#open.delete(stream);
    }
  }
}
