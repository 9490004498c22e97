import type {
  Catalog,
  EngineCapabilities,
  ExecuteOptions,
  ExecutionPlan,
  HypotheticalIndex,
  QueryEngine,
  QueryStatistics,
  ResultStream,
  Statement,
  TableIndex,
  WorkloadStatement,
} from '@perf/contracts';
import { DEFAULT_BATCH_ROWS, FILTER_OPERATORS, PerfError, throwIfAborted } from '@perf/contracts';
import { CatalogKeeper } from './catalog-keeper.ts';
import { boundValues } from './parameters.ts';
import type { PostgresPool } from './pg-client.ts';
import { PlanReader } from './plan-reader.ts';
import { readIndexes } from './postgres-indexes.ts';
import { readStatistics } from './postgres-statistics.ts';
import { readWorkload } from './postgres-workload.ts';
import { ResolvedOptions } from './resolved-options.ts';
import type { PostgresOptions } from './resolved-options.ts';
import type { Answer } from './server.ts';
import { Server } from './server.ts';
import { WhatIf } from './what-if.ts';

/**
 * Postgres behind a `pg` pool of yours, which stays open. Statements run at once, as many as the pool has clients; further
 * ones wait for a client.
 *
 * @example
 * await using engine = await PostgresEngine.open(new Pool({ connectionString }));
 */
export class PostgresEngine implements QueryEngine {
  readonly name = 'postgres';
  readonly dialect = 'postgres';
  readonly capabilities: EngineCapabilities;
  /** There when HypoPG is installed in the database. */
  readonly whatIf?: NonNullable<QueryEngine['whatIf']>;
  readonly #server: Server;
  readonly #options: ResolvedOptions;
  readonly #catalogs: CatalogKeeper;
  readonly #plans: PlanReader;
  readonly #whatIf: WhatIf | undefined;

  private constructor(server: Server, options: ResolvedOptions) {
    this.#server = server;
    this.#options = options;
    this.#catalogs = new CatalogKeeper(server, options);
    this.#plans = new PlanReader(server, options);
    const { hypopg } = server.facts;
    this.capabilities = {
      operators: new Set(FILTER_OPERATORS.filter((operator) => operator !== 'fuzzy')),
      analyze: 'nodes',
      whatIf: hypopg !== undefined,
    };
    if (hypopg === undefined) return;
    const whatIf = new WhatIf(server, this.#plans, { schema: hypopg, idleMs: options.whatIfIdleMs });
    this.#whatIf = whatIf;
    this.whatIf = async (indexes, statement, { signal } = {}) =>
      this.#hypothetical(whatIf, { indexes, statement, signal });
  }

  /**
   * An engine over `pool`. Asks the server once for its version, types and extensions; rejects with `ERR_PERF_OPEN_FAILED`
   * when the pool gives no connection.
   */
  static async open(pool: PostgresPool, options: PostgresOptions = {}): Promise<PostgresEngine> {
    const resolved = new ResolvedOptions(options);
    return new PostgresEngine(await Server.meet(pool, resolved), resolved);
  }

  async execute(statement: Statement, options: ExecuteOptions = {}): Promise<ResultStream> {
    const { signal, shape = 'rows', batchRows = DEFAULT_BATCH_ROWS } = options;
    if (!Number.isInteger(batchRows) || batchRows < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `batchRows must be a positive integer, got ${batchRows}`,
      );
    assertDialect(statement);
    const { text, parameters, schema: written } = statement;
    const { stream, session } = await this.#server.open(
      { text, values: boundValues(parameters), written, shape, chunkRows: batchRows },
      signal,
    );
    // A statement without an answer has run by now; the schema may be another.
    if (stream.schema.fields.length === 0) this.#catalogs.forget();
    if (session.query.isOver) session.assertLeftNothing();
    return stream;
  }

  async catalog(): Promise<Catalog> {
    this.#server.assertOpen();
    return this.#catalogs.catalog();
  }

  /** From `pg_class` and `pg_stats`; tables that were never analyzed are sampled. Views and foreign tables are left out. */
  async statistics(
    tables: readonly string[],
    options: { readonly sampleRows?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<QueryStatistics> {
    const { sampleRows = 10_000, signal } = options;
    if (!Number.isInteger(sampleRows) || sampleRows < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `sampleRows must be a positive integer, got ${sampleRows}`,
      );
    throwIfAborted(signal, 'the statistics');
    const catalog = await this.catalog();
    for (const name of tables)
      if (!catalog.tables.has(name))
        throw new PerfError(
          'ERR_PERF_UNKNOWN_TABLE',
          `statistics: the catalogue has no table ${JSON.stringify(name.slice(0, 64))}`,
        );
    const names = [...new Set(tables)];
    return readStatistics(this.#asker(signal), {
      names,
      schemas: this.#options.schemas,
      catalog,
      sampleRows,
    });
  }

  /**
   * `EXPLAIN` with the parameters bound, so estimates are those of these values. With `analyze` the statement is run in a
   * read-only transaction that is rolled back, under `statementTimeoutMs` or else 60 s.
   */
  async explain(
    statement: Statement,
    options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    assertDialect(statement);
    return options.analyze === true
      ? this.#plans.analyze(statement, options.signal)
      : this.#plans.explain(statement, options.signal);
  }

  /** B-trees of the catalogue's tables; those on expressions are left out. */
  async indexes({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<
    readonly TableIndex[]
  > {
    return readIndexes(this.#asker(signal), this.#options.schemas);
  }

  /** From `pg_stat_statements` for this database; empty without that extension, or without the right to see it. */
  async workload({
    limit = 100,
    signal,
  }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {}): Promise<
    readonly WorkloadStatement[]
  > {
    if (!Number.isInteger(limit) || limit < 1)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `limit must be a positive integer, got ${limit}`);
    this.#server.assertOpen();
    return readWorkload(this.#asker(signal), this.#server.facts, limit);
  }

  /** Stops what runs and gives every client back. The pool stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#whatIf?.[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }

  async #hypothetical(
    whatIf: WhatIf,
    asked: {
      readonly indexes: readonly HypotheticalIndex[];
      readonly statement: Statement;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<ExecutionPlan> {
    assertDialect(asked.statement);
    throwIfAborted(asked.signal, 'the plan');
    return whatIf.plan(await this.catalog(), asked);
  }

  #asker(signal: AbortSignal | undefined): Answer {
    return (text, values) => this.#server.ask(text, values, signal);
  }
}

function assertDialect({ dialect }: Statement): void {
  if (dialect !== 'postgres')
    throw new PerfError('ERR_PERF_INVALID_OPTION', `a ${dialect} statement was given to the Postgres engine`);
}
