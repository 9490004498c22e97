import type {
  Catalog,
  EngineCapabilities,
  ExecuteOptions,
  ExecutionPlan,
  QueryEngine,
  QueryStatistics,
  ResultStream,
  Statement,
  TableIndex,
  TableStatistics,
} from '@perf/contracts';
import {
  DEFAULT_BATCH_ROWS,
  FILTER_OPERATORS,
  PerfError,
  abortError,
  throwIfAborted,
  answerRows,
} from '@perf/contracts';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import { ConnectionPool } from './connection-pool.ts';
import { readCatalog } from './duckdb-catalog.ts';
import { readIndexes, tableBytes } from './duckdb-indexes.ts';
import { planFromJson } from './duckdb-plan.ts';
import { tableStatistics } from './duckdb-statistics.ts';
import { DuckDbStream } from './duckdb-stream.ts';
import { bindParameters } from './parameters.ts';
import type { PooledConnection } from './pooled-connection.ts';

/** How a database is opened. */
export interface DuckDbOptions {
  /** Most threads a statement may use. @default DuckDB's own, one per core */
  readonly threads?: number;
  /** Memory DuckDB may use before it spills, as in `'2GB'`. @default DuckDB's own, 80 % of the machine */
  readonly memoryLimit?: string;
  /** Opens the file for reading only; other processes may then read it too. @default false */
  readonly readOnly?: boolean;
  /** Life of a kept catalogue in ms, for schema changes made past this engine; 0 reads it every time. @default 60,000 */
  readonly catalogTtlMs?: number;
  /** Source of time, for tests. @default Date.now */
  readonly now?: () => number;
}

/** Statements that change the schema. */
const DDL = new Set<StatementType>([
  StatementType.CREATE,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.CREATE_FUNC,
  StatementType.ATTACH,
  StatementType.DETACH,
]);

/**
 * DuckDB in this process. Statements run at once, each on a connection of its own; column batches are handed over as DuckDB
 * made them, without row objects.
 *
 * @example
 * await using engine = await DuckDbEngine.open(':memory:');
 */
export class DuckDbEngine implements QueryEngine {
  readonly name = 'duckdb';
  readonly dialect = 'duckdb';
  readonly capabilities: EngineCapabilities = {
    operators: new Set(FILTER_OPERATORS),
    analyze: 'nodes',
    whatIf: false,
  };
  readonly #instance: DuckDBInstance;
  readonly #pool: ConnectionPool;
  readonly #owned: boolean;
  readonly #now: () => number;
  readonly #catalogTtlMs: number;
  #catalog: { readonly readAt: number; readonly catalog: Promise<Catalog> } | undefined;
  #disposed = false;

  private constructor(instance: DuckDBInstance, options: DuckDbOptions, owned: boolean) {
    this.#instance = instance;
    this.#owned = owned;
    this.#pool = new ConnectionPool(instance);
    this.#now = options.now ?? Date.now;
    this.#catalogTtlMs = catalogTtlOf(options);
  }

  /** Opens the database file `path`, creating it when missing; `':memory:'` makes one that lives as long as the engine. */
  static async open(path: string, options: DuckDbOptions = {}): Promise<DuckDbEngine> {
    const { threads, memoryLimit, readOnly = false } = options;
    if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `threads must be a positive integer, got ${threads}`);
    const settings: Record<string, string> = {
      ...(threads === undefined ? {} : { threads: String(threads) }),
      ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
      ...(readOnly ? { access_mode: 'READ_ONLY' } : {}),
    };
    catalogTtlOf(options);
    try {
      return new DuckDbEngine(await DuckDBInstance.create(path, settings), options, true);
    } catch (cause) {
      throw new PerfError('ERR_PERF_OPEN_FAILED', `DuckDB could not open ${path}`, { cause });
    }
  }

  /** An engine over a database that the caller opened, and closes. */
  static over(
    instance: DuckDBInstance,
    options: Pick<DuckDbOptions, 'catalogTtlMs' | 'now'> = {},
  ): DuckDbEngine {
    return new DuckDbEngine(instance, options, false);
  }

  async execute(statement: Statement, options: ExecuteOptions = {}): Promise<ResultStream> {
    const { signal, shape = 'rows', batchRows = DEFAULT_BATCH_ROWS } = options;
    if (!Number.isInteger(batchRows) || batchRows < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `batchRows must be a positive integer, got ${batchRows}`,
      );
    if (statement.dialect !== 'duckdb')
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a ${statement.dialect} statement was given to the DuckDB engine`,
      );
    throwIfAborted(signal, 'the statement');
    return this.#on(signal, async (connection) => {
      const prepared = await this.#prepare(connection, statement, signal);
      const isDdl = DDL.has(prepared.statementType);
      if (isDdl) this.#catalog = undefined;
      const result = await connection.run(() => prepared.stream(), signal);
      // Once more: what was read while the statement ran may be of before.
      if (isDdl) this.#catalog = undefined;
      const release = (clean: boolean): void => {
        if (clean) prepared.destroySync();
        this.#pool.release(connection, clean);
      };
      const written = statement.schema?.fields ?? [];
      return new DuckDbStream(result, { connection, shape, batchRows, written, signal, release });
    });
  }

  /** Does `work` on a connection; when it fails the connection is given back and the error is put in the project's terms. */
  async #on<T>(
    signal: AbortSignal | undefined,
    work: (connection: PooledConnection) => Promise<T>,
  ): Promise<T> {
    const connection = await this.#pool.take();
    try {
      return await work(connection);
    } catch (cause) {
      const { isClosed } = connection;
      this.#pool.release(connection, signal?.aborted !== true);
      if (isClosed) throw new PerfError('ERR_PERF_DISPOSED', 'the DuckDB engine was disposed');
      if (signal?.aborted === true) throw abortError(signal, 'the statement');
      if (cause instanceof PerfError) throw cause;
      throw new PerfError('ERR_PERF_ENGINE_FAILED', `DuckDB refused the statement: ${refusal(cause)}`, {
        cause,
      });
    }
  }

  async #prepare(
    connection: PooledConnection,
    statement: Statement,
    signal: AbortSignal | undefined,
  ): Promise<DuckDBPreparedStatement> {
    const prepared = await connection.run(() => connection.driver.prepare(statement.text), signal);
    if (prepared.statementType === StatementType.TRANSACTION)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'statements share connections, so a transaction cannot span them; use a connection of your own',
      );
    if (prepared.parameterCount !== statement.parameters.length)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the statement has ${prepared.parameterCount} parameters, got ${statement.parameters.length}`,
      );
    bindParameters(prepared, statement.parameters);
    throwIfAborted(signal, 'the statement');
    return prepared;
  }

  /** Kept until a schema change through this engine, or for `catalogTtlMs`. */
  async catalog(): Promise<Catalog> {
    const kept = this.#catalog;
    if (this.#disposed) throw new PerfError('ERR_PERF_DISPOSED', 'the DuckDB engine was disposed');
    if (kept !== undefined && this.#now() - kept.readAt < this.#catalogTtlMs) return kept.catalog;
    const fresh = { readAt: this.#now(), catalog: readCatalog((text) => this.#ask(text)) };
    this.#catalog = fresh;
    fresh.catalog.catch(() => {
      if (this.#catalog === fresh) this.#catalog = undefined;
    });
    return fresh.catalog;
  }

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
    const known = (await this.catalog()).tables;
    const found = new Map<string, TableStatistics>();
    const indexes = tables.length === 0 ? [] : await this.indexes({ signal });
    const open = (text: string): Promise<ResultStream> =>
      this.execute(reading(text), { shape: 'columns', signal });
    for (const name of new Set(tables)) {
      if (!known.has(name))
        throw new PerfError(
          'ERR_PERF_UNKNOWN_TABLE',
          `statistics: the catalogue has no table ${JSON.stringify(name.slice(0, 64))}`,
        );
      const sampled = await tableStatistics(name, sampleRows, open);
      const bytes = (await tableBytes((text) => this.#ask(text, signal), name)) ?? sampled.bytes;
      const own = indexes.filter(({ table }) => table === name);
      found.set(name, {
        ...sampled,
        ...(bytes === undefined ? {} : { bytes }),
        indexes: own.map(({ columns }) => columns.map((column) => column.name)),
      });
    }
    return { tables: found };
  }

  /** Indexes on columns alone, those that DuckDB keeps for keys too. */
  async indexes(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<readonly TableIndex[]> {
    return readIndexes((text) => this.#ask(text, options.signal));
  }

  /** With `analyze` the statement is run; only one that reads, others are refused with `ERR_PERF_UNSUPPORTED`. */
  async explain(
    statement: Statement,
    options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    if (options.analyze === true) await this.#assertReads(statement, options.signal);
    const mode = options.analyze === true ? 'ANALYZE, FORMAT JSON' : 'FORMAT JSON';
    const stream = await this.execute(
      { ...statement, text: `EXPLAIN (${mode}) ${statement.text}` },
      { signal: options.signal },
    );
    const [row] = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    const json: unknown = JSON.parse(typeof row?.[1] === 'string' ? row[1] : '[]');
    return planFromJson(json);
  }

  async #assertReads(statement: Statement, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal, 'the statement');
    await this.#on(signal, async (connection) => {
      const prepared = await this.#prepare(connection, statement, signal);
      const { statementType } = prepared;
      prepared.destroySync();
      if (statementType !== StatementType.SELECT)
        throw new PerfError(
          'ERR_PERF_UNSUPPORTED',
          `EXPLAIN ANALYZE runs the statement, so it must be one that reads, not ${StatementType[statementType]}`,
        );
      this.#pool.release(connection, true);
    });
  }

  /** Stops what runs, closes every connection and, if this engine opened it, the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#pool.close();
    if (this.#owned) this.#instance.closeSync();
  }

  async #ask(text: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const stream = await this.execute(reading(text), { signal });
    const rows = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    return rows.map((row) => Object.fromEntries(stream.schema.fields.map(({ name }, i) => [name, row[i]])));
  }
}

function catalogTtlOf({ catalogTtlMs = 60_000 }: Pick<DuckDbOptions, 'catalogTtlMs'>): number {
  if (catalogTtlMs >= 0) return catalogTtlMs;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `catalogTtlMs must not be negative, got ${catalogTtlMs}`);
}

function reading(text: string): Statement {
  return { dialect: 'duckdb', text, parameters: [] };
}

/** The first line of the driver's message: what follows quotes the statement, literals included. */
function refusal(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
}
