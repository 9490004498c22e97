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
  WorkloadStatement,
} from '@perf/contracts';
import { DEFAULT_BATCH_ROWS, FILTER_OPERATORS, PerfError, answerRows, throwIfAborted } from '@perf/contracts';
import type { MysqlPool } from './driver.ts';
import { callbackPool } from './driver.ts';
import { explained } from './explain.ts';
import type { Row } from './mysql-catalog.ts';
import { readCatalog } from './mysql-catalog.ts';
import { measuredIndexes, readIndexes } from './mysql-indexes.ts';
import { readSizes, tableStatistics } from './mysql-statistics.ts';
import { readWorkload } from './mysql-workload.ts';
import type { ZeroDates } from './mysql-value.ts';
import { Runner } from './runner.ts';
import { changesSchema, changesSession } from './statement-text.ts';

/** How a server is asked. */
export interface MysqlOptions {
  /** Longest a statement may run on the server, in ms; MySQL limits statements that read only. 0 sets no limit. @default 0 */
  readonly statementTimeoutMs?: number;
  /** What becomes of dates that are none, as in `0000-00-00`: an error, or null. @default 'refuse' */
  readonly zeroDates?: ZeroDates;
  /** Life of a kept catalogue in ms, for schema changes made past this engine; 0 reads it every time. @default 60,000 */
  readonly catalogTtlMs?: number;
  /** Source of time, for tests. @default Date.now */
  readonly now?: () => number;
  /** Source of randomness for samples of large tables, 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * MySQL and MariaDB over a pool of `mysql2` that the caller opened, and closes. Each running statement holds one connection.
 *
 * @example
 * const pool = mysql.createPool({ uri: 'mysql://reader@db.internal/flights' });
 * await using engine = new MysqlEngine(pool, { statementTimeoutMs: 30_000 });
 */
export class MysqlEngine implements QueryEngine {
  readonly name = 'mysql';
  readonly dialect = 'mysql';
  readonly capabilities: EngineCapabilities = {
    operators: new Set(FILTER_OPERATORS.filter((operator) => operator !== 'fuzzy')),
    analyze: 'nodes',
    whatIf: false,
  };
  readonly #runner: Runner;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #catalogTtlMs: number;
  #catalog: { readonly readAt: number; readonly catalog: Promise<Catalog> } | undefined;

  constructor(pool: MysqlPool, options: MysqlOptions = {}) {
    const { statementTimeoutMs = 0, zeroDates = 'refuse', catalogTtlMs = 60_000, now = Date.now } = options;
    assertNumber('catalogTtlMs', catalogTtlMs, catalogTtlMs >= 0);
    assertNumber(
      'statementTimeoutMs',
      statementTimeoutMs,
      Number.isInteger(statementTimeoutMs) && statementTimeoutMs >= 0,
    );
    this.#now = now;
    this.#random = options.random ?? Math.random;
    this.#catalogTtlMs = catalogTtlMs;
    this.#runner = new Runner(callbackPool(pool), { statementTimeoutMs, zeroDates });
  }

  async execute(statement: Statement, options: ExecuteOptions = {}): Promise<ResultStream> {
    const { signal, shape = 'rows', batchRows = DEFAULT_BATCH_ROWS } = options;
    assertNumber('batchRows', batchRows, Number.isInteger(batchRows) && batchRows >= 1);
    if (statement.dialect !== 'mysql')
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a ${statement.dialect} statement was given to the MySQL engine`,
      );
    if (changesSession(statement.text))
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'statements share connections, so none may change its session or begin a transaction; use a connection of your own',
      );
    this.#runner.assertOpen();
    throwIfAborted(signal, 'the statement');
    const isDdl = changesSchema(statement.text);
    if (isDdl) this.#catalog = undefined;
    const stream = await this.#runner.run(statement, { signal, shape, batchRows });
    // Once more: what was read while the statement ran may be of before.
    if (isDdl) this.#catalog = undefined;
    return stream;
  }

  /** Kept until a schema change through this engine, or for `catalogTtlMs`. */
  async catalog(): Promise<Catalog> {
    this.#runner.assertOpen();
    const kept = this.#catalog;
    if (kept !== undefined && this.#now() - kept.readAt < this.#catalogTtlMs) return kept.catalog;
    const fresh = { readAt: this.#now(), catalog: this.#readCatalog() };
    this.#catalog = fresh;
    fresh.catalog.catch(() => {
      if (this.#catalog === fresh) this.#catalog = undefined;
    });
    return fresh.catalog;
  }

  async #readCatalog(): Promise<Catalog> {
    const { flavour } = await this.#runner.facts();
    return readCatalog((text, parameters) => this.#ask(text, parameters), flavour);
  }

  /**
   * Rows are counted in small tables and the server's guess in large ones; columns are told by a sample, and on MariaDB by
   * what `ANALYZE TABLE … PERSISTENT` has learnt.
   */
  async statistics(
    tables: readonly string[],
    options: { readonly sampleRows?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<QueryStatistics> {
    const { sampleRows = 10_000, signal } = options;
    assertNumber('sampleRows', sampleRows, Number.isInteger(sampleRows) && sampleRows >= 1);
    throwIfAborted(signal, 'the statement');
    const known = (await this.catalog()).tables;
    const found = new Map<string, TableStatistics>();
    if (tables.length === 0) return { tables: found };
    const ask = (text: string, parameters?: readonly string[]): Promise<readonly Row[]> =>
      this.#ask(text, parameters, signal);
    const { flavour } = await this.#runner.facts();
    const open = (statement: Statement): Promise<ResultStream> => this.execute(statement, { signal });
    const [sizes, indexes] = [await readSizes(ask), await readIndexes(ask)];
    for (const name of new Set(tables)) {
      const table = known.get(name);
      if (table === undefined)
        throw new PerfError(
          'ERR_PERF_UNKNOWN_TABLE',
          `statistics: the catalogue has no table ${JSON.stringify(name.slice(0, 64))}`,
        );
      const own = indexes.filter((index) => index.table === name);
      const source = { ask, open, flavour, sampleRows, random: this.#random };
      found.set(name, await tableStatistics(table, sizes.get(name), own, source));
    }
    return { tables: found };
  }

  /**
   * With `analyze` the statement is run, in a read-only transaction; one that does more than read is refused with
   * `ERR_PERF_UNSUPPORTED`.
   */
  async explain(
    statement: Statement,
    options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    this.#runner.assertOpen();
    throwIfAborted(options.signal, 'the statement');
    return explained(this.#runner, statement, options);
  }

  /** Indexes that keep an order or a hash of columns, with bytes where the user may read `mysql.innodb_index_stats`. */
  async indexes(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<readonly TableIndex[]> {
    const { performanceSchema } = await this.#runner.facts();
    return measuredIndexes((text) => this.#ask(text, [], options.signal), performanceSchema);
  }

  /** What `performance_schema` has counted in this database; empty where it is off. MariaDB counts no prepared statements. */
  async workload(
    options: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly WorkloadStatement[]> {
    const { limit = 100, signal } = options;
    assertNumber('limit', limit, Number.isInteger(limit) && limit >= 1);
    const { performanceSchema } = await this.#runner.facts();
    return performanceSchema ? readWorkload((text) => this.#ask(text, [], signal), limit) : [];
  }

  /** Ends what runs, here and on the server. The pool stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.close();
  }

  async #ask(
    text: string,
    parameters: readonly string[] = [],
    signal?: AbortSignal,
  ): Promise<readonly Row[]> {
    const stream = await this.execute({ dialect: 'mysql', text, parameters }, { signal });
    const rows = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    return rows.map((row) => Object.fromEntries(stream.schema.fields.map(({ name }, i) => [name, row[i]])));
  }
}

function assertNumber(name: string, value: number, holds: boolean): void {
  if (!holds) throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} is out of its range, got ${value}`);
}
