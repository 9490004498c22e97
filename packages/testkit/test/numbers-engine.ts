import type {
  Batch,
  Catalog,
  EngineCapabilities,
  ExecutionPlan,
  QueryEngine,
  QueryStatistics,
  ResultStream,
  Schema,
} from '@perf/contracts';

/** An engine that answers every statement with 0, 1, 2, … one row a batch. */
export class NumbersEngine implements QueryEngine {
  readonly name = 'numbers';
  readonly dialect = 'duckdb';
  readonly capabilities: EngineCapabilities = { operators: new Set(['eq']), analyze: 'none', whatIf: true };
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  async execute(): Promise<ResultStream> {
    const schema: Schema = { fields: [{ name: 'n', type: { kind: 'int32' }, nullable: false }] };
    const count = this.#rows;
    return {
      schema,
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for (let n = 0; n < count; n++) yield { kind: 'rows', schema, layout: 'objects', rows: [{ n }] };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async catalog(): Promise<Catalog> {
    return { version: '1', tables: new Map() };
  }

  async statistics(): Promise<QueryStatistics> {
    return { tables: new Map() };
  }

  async explain(): Promise<ExecutionPlan> {
    return { operator: 'scan', detail: '', children: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Holds nothing.
  }
}
