import type {
  Catalog,
  EngineCapabilities,
  ExecuteOptions,
  ExecutionPlan,
  QueryEngine,
  QueryStatistics,
  ResultStream,
  Statement,
  TableStatistics,
} from '@perf/contracts';
import {
  DEFAULT_BATCH_ROWS,
  FILTER_OPERATORS,
  PerfError,
  abortError,
  throwIfAborted,
  answerRows,
  cellReader,
  sampleStatistics,
} from '@perf/contracts';
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import { ConnectionPool } from './connection-pool.ts';
import { readCatalog } from './duckdb-catalog.ts';
import { planFromJson } from './duckdb-plan.ts';
import { DuckDbStream } from './duckdb-stream.ts';
import { bindParameters } from './parameters.ts';

/** How a database is opened. */
export interface DuckDbOptions {
  /** Most threads a statement may use. @default DuckDB's own, one per core */
  readonly threads?: number;
  /** Memory DuckDB may use before it spills, as in `'2GB'`. @default DuckDB's own, 80 % of the machine */
  readonly memoryLimit?: string;
  /** Opens the file for reading only; other processes may then read it too. @default false */
  readonly readOnly?: boolean;
  /** Seconds after which a kept catalogue is read again, for schema changes made by others. @default 60,000 ms */
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
    this.#catalogTtlMs = options.catalogTtlMs ?? 60_000;
    if (!(this.#catalogTtlMs >= 0))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `catalogTtlMs must not be negative, got ${this.#catalogTtlMs}`,
      );
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
    throwIfAborted(signal, 'the statement');
    const connection = await this.#pool.take();
    const interrupt = (): void => connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    const release = (clean: boolean): void => {
      signal?.removeEventListener('abort', interrupt);
      this.#pool.release(connection, clean && signal?.aborted !== true);
    };
    try {
      const result = await this.#start(connection, statement, signal);
      return new DuckDbStream(result, { shape, batchRows, signal, release });
    } catch (cause) {
      release(true);
      if (signal?.aborted === true) throw abortError(signal, 'the statement');
      if (cause instanceof PerfError) throw cause;
      throw new PerfError('ERR_PERF_ENGINE_FAILED', `DuckDB refused the statement: ${refusal(cause)}`, {
        cause,
      });
    }
  }

  async #start(
    connection: DuckDBConnection,
    statement: Statement,
    signal: AbortSignal | undefined,
  ): Promise<DuckDBResult> {
    if (statement.dialect !== 'duckdb')
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a ${statement.dialect} statement was given to the DuckDB engine`,
      );
    const prepared: DuckDBPreparedStatement = await connection.prepare(statement.text);
    if (prepared.parameterCount !== statement.parameters.length)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the statement has ${prepared.parameterCount} parameters, got ${statement.parameters.length}`,
      );
    bindParameters(prepared, statement.parameters);
    throwIfAborted(signal, 'the statement');
    if (DDL.has(prepared.statementType)) this.#catalog = undefined;
    return prepared.stream();
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
    for (const name of new Set(tables)) {
      if (!known.has(name))
        throw new PerfError(
          'ERR_PERF_UNKNOWN_TABLE',
          `statistics: the catalogue has no table ${JSON.stringify(name.slice(0, 64))}`,
        );
      found.set(name, await this.#tableStatistics(name, sampleRows, signal));
    }
    return { tables: found };
  }

  async #tableStatistics(
    name: string,
    sampleRows: number,
    signal: AbortSignal | undefined,
  ): Promise<TableStatistics> {
    const table = quoted(name);
    const [counted] = await this.#ask(`SELECT count(*) AS n FROM ${table}`, signal);
    const rows = Number(counted?.['n'] ?? 0);
    const sample =
      rows <= sampleRows
        ? table
        : `(SELECT * FROM ${table} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7))`;
    const stream = await this.execute(reading(`SELECT * FROM ${sample} AS s`), { shape: 'columns', signal });
    const values: unknown[][] = stream.schema.fields.map(() => []);
    for await (const batch of stream) {
      if (batch.kind !== 'columns') continue;
      for (const [i, column] of batch.columns.entries()) {
        const field = stream.schema.fields[i];
        if (field === undefined) continue;
        const read = cellReader(field.type, column);
        for (let row = 0; row < batch.length; row++) values[i]?.push(read(row));
      }
    }
    const columns = new Map(
      stream.schema.fields.map((field, i) => [
        field.name,
        sampleStatistics(field.type, values[i] ?? [], rows),
      ]),
    );
    return { rows, sampledRows: Math.min(rows, sampleRows), columns };
  }

  async explain(
    statement: Statement,
    options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    const mode = options.analyze === true ? 'ANALYZE, FORMAT JSON' : 'FORMAT JSON';
    const stream = await this.execute(
      { ...statement, text: `EXPLAIN (${mode}) ${statement.text}` },
      { signal: options.signal },
    );
    const [row] = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    const json: unknown = JSON.parse(typeof row?.[1] === 'string' ? row[1] : '[]');
    return planFromJson(json);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#pool.close();
    if (this.#owned) this.#instance.closeSync();
  }

  async #ask(text: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const stream = await this.execute(reading(text), { signal });
    const rows = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    return rows.map((row) => Object.fromEntries(stream.schema.fields.map(({ name }, i) => [name, row[i]])));
  }
}

function reading(text: string): Statement {
  return { dialect: 'duckdb', text, parameters: [] };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The first line of the driver's message: what follows quotes the statement, literals included. */
function refusal(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
}
