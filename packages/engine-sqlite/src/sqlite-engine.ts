import type {
  Catalog,
  EngineCapabilities,
  ExecuteOptions,
  ExecutionPlan,
  HypotheticalIndex,
  Parameter,
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
  answerRows,
  batchLength,
  sampleStatistics,
  orAborted,
  throwIfAborted,
} from '@perf/contracts';
import { readCatalog } from './sqlite-catalog.ts';
import type { Ask } from './sqlite-collations.ts';
import type { PlanRow } from './sqlite-plan.ts';
import { onlyReads, planFromRows } from './sqlite-plan.ts';
import { indexedColumns, readIndexes, treeBytes } from './sqlite-indexes.ts';
import { SqliteStream } from './sqlite-stream.ts';
import { WhatIfCopy } from './what-if.ts';
import type { WorkerHost } from './worker-host.ts';
import { WorkerPool } from './worker-pool.ts';

/** How a database is opened. */
export interface SqliteOptions {
  /** Opens the file for reading only. @default false */
  readonly readOnly?: boolean;
  /** Most worker threads, each with a connection of its own and one statement at a time; `:memory:` always has one. @default 2 */
  readonly workers?: number;
  /**
   * Whether the caller vouches that whatever writes the file checks foreign keys, so that the catalogue may call them enforced. What is there
   * is checked each time the catalogue is read. `:memory:` needs no word of it. @default false
   */
  readonly foreignKeysHold?: boolean;
  /** Life of the copy that `whatIf` plans on, in ms, so that it learns of rows that were added; 0 makes one for each call. @default 60,000 */
  readonly whatIfTtlMs?: number;
  /** Source of time, for tests. @default Date.now */
  readonly now?: () => number;
}

/** What `whatIf` plans on, and when it was made for which schema. */
interface KeptCopy {
  readonly madeAt: number;
  readonly changes: unknown;
  readonly copy: Promise<WhatIfCopy>;
}

/**
 * SQLite by `node:sqlite`, in worker threads because its calls block. Aborting a statement on a file ends its worker at
 * once; on `:memory:` the statement goes on until its next batch.
 *
 * @example
 * await using engine = await SqliteEngine.open('flights.db', { readOnly: true });
 */
export class SqliteEngine implements QueryEngine {
  readonly name = 'sqlite';
  readonly dialect = 'sqlite';
  readonly capabilities: EngineCapabilities = {
    operators: new Set(FILTER_OPERATORS),
    analyze: 'root',
    whatIf: true,
  };
  readonly #pool: WorkerPool;
  /** The catalogue with SQLite's own count of schema changes when it was read. */
  #catalog: { readonly changes: unknown; readonly catalog: Catalog } | undefined;
  readonly #foreignKeysHold: boolean;
  readonly #whatIfTtlMs: number;
  readonly #now: () => number;
  #whatIf: KeptCopy | undefined;
  #disposed = false;

  private constructor(
    pool: WorkerPool,
    { foreignKeysHold = false, whatIfTtlMs = 60_000, now = Date.now }: SqliteOptions,
  ) {
    this.#pool = pool;
    this.#foreignKeysHold = foreignKeysHold;
    this.#whatIfTtlMs = whatIfTtlMs;
    this.#now = now;
  }

  /** Opens the file `path`, creating it when missing; `':memory:'` makes a database that lives as long as the engine. */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteEngine> {
    const { readOnly = false, workers = 2, whatIfTtlMs = 0 } = options;
    if (!Number.isInteger(workers) || workers < 1)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `workers must be a positive integer, got ${workers}`);
    if (!(whatIfTtlMs >= 0))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `whatIfTtlMs must not be negative, got ${whatIfTtlMs}`);
    const pool = new WorkerPool({ path, readOnly }, workers);
    pool.release(await pool.take(), true);
    return new SqliteEngine(pool, options);
  }

  async execute(statement: Statement, options: ExecuteOptions = {}): Promise<ResultStream> {
    const { signal, shape = 'rows', batchRows = DEFAULT_BATCH_ROWS } = options;
    if (!Number.isInteger(batchRows) || batchRows < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `batchRows must be a positive integer, got ${batchRows}`,
      );
    assertDialect(statement);
    if (TRANSACTION.test(statement.text))
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'statements share connections, so a transaction cannot span them; use a connection of your own',
      );
    throwIfAborted(signal, 'the statement');
    const host = await this.#take(signal);
    const release = (idle: boolean): void => this.#pool.release(host, idle);
    const id = host.nextId;
    const { text, parameters, schema } = statement;
    try {
      const { fields = [], batch } = await orAborted(
        host.ask({ op: 'execute', text, parameters, schema, batchRows }),
        signal,
        'the statement',
      );
      return new SqliteStream({ fields }, batch ?? { length: 0, columns: [], done: true }, {
        host,
        id,
        shape,
        signal,
        release,
      });
    } catch (error) {
      const aborted = signal?.aborted === true;
      if (aborted) host.ask({ op: 'close', stream: id }).catch(() => undefined);
      release(!aborted);
      throw error;
    }
  }

  /** A worker for one statement; an abort ends the wait in the queue too. */
  async #take(signal: AbortSignal | undefined): Promise<WorkerHost> {
    const taking = this.#pool.take();
    try {
      return await orAborted(taking, signal, 'the statement');
    } catch (error) {
      taking.then((host) => this.#pool.release(host, true)).catch(() => undefined);
      throw error;
    }
  }

  /** Read anew whenever SQLite's schema version has changed. */
  async catalog(): Promise<Catalog> {
    const changes = await this.#schemaVersion();
    const kept = this.#catalog;
    if (kept !== undefined && kept.changes === changes) return kept.catalog;
    const foreignKeys = this.#pool.shared ? 'hold' : this.#foreignKeysHold ? 'check' : 'unknown';
    const catalog = await readCatalog((text, parameters) => this.#ask(text, parameters), { foreignKeys });
    this.#catalog = { changes, catalog };
    return catalog;
  }

  async #schemaVersion(): Promise<unknown> {
    const [row] = await this.#ask('SELECT schema_version AS v FROM pragma_schema_version');
    return row?.['v'];
  }

  /** Indexes on columns of the tables in the catalogue; the rowid is none. */
  async indexes(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<readonly TableIndex[]> {
    const { tables } = await this.catalog();
    const found: TableIndex[] = [];
    for (const name of tables.keys())
      found.push(
        ...(await readIndexes((text, parameters) => this.#ask(text, parameters, options.signal), name)),
      );
    return found;
  }

  /**
   * The plan on a copy of the schema without rows, in memory, that knows the statistics of the database (what ANALYZE left, else
   * from samples) and has `indexes` too. Nothing in the database is changed.
   */
  async whatIf(
    indexes: readonly HypotheticalIndex[],
    statement: Statement,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    assertDialect(statement);
    const catalog = await this.catalog();
    const copy = await this.#copy();
    return copy.plan(catalog, { indexes, statement, signal: options.signal });
  }

  async #copy(): Promise<WhatIfCopy> {
    const changes = await this.#schemaVersion();
    const kept = this.#whatIf;
    const now = this.#now();
    if (kept !== undefined && kept.changes === changes && now - kept.madeAt < this.#whatIfTtlMs)
      return kept.copy;
    const fresh: KeptCopy = {
      madeAt: now,
      changes,
      copy: WhatIfCopy.make({
        ask: (text, parameters) => this.#ask(text, parameters),
        statistics: (table) => this.#tableStatistics(table, 10_000, undefined),
      }),
    };
    this.#whatIf = fresh;
    fresh.copy.catch(() => {
      if (this.#whatIf === fresh) this.#whatIf = undefined;
    });
    await disposeCopy(kept);
    return fresh.copy;
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

  /** A sample by Bernoulli's rule: every row with the same chance, decided by SQLite's own random numbers. */
  async #tableStatistics(
    name: string,
    sampleRows: number,
    signal: AbortSignal | undefined,
  ): Promise<TableStatistics> {
    const table = `"${name.replaceAll('"', '""')}"`;
    const [counted] = await this.#ask(`SELECT count(*) AS n FROM ${table}`, [], signal);
    const rows = Number(counted?.['n'] ?? 0);
    const share =
      rows <= sampleRows
        ? ''
        : ` WHERE abs(random() % 1000000) < ${Math.ceil((sampleRows / rows) * 1_000_000)}`;
    const stream = await this.execute(reading(`SELECT * FROM ${table}${share}`), { signal });
    const sample = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    const columns = new Map(
      stream.schema.fields.map((field, i) => [
        field.name,
        sampleStatistics(
          field.type,
          sample.map((row) => row[i]),
          rows,
        ),
      ]),
    );
    const ask: Ask = (text, parameters) => this.#ask(text, parameters, signal);
    const bytes = await treeBytes(ask, name);
    const indexes = await indexedColumns(ask, name);
    return { rows, sampledRows: sample.length, columns, ...(bytes === undefined ? {} : { bytes }), indexes };
  }

  /**
   * `EXPLAIN QUERY PLAN`; with `analyze` the statement is run to its end and the root gets rows and time. Only one that
   * reads is run, others are refused with `ERR_PERF_UNSUPPORTED`.
   */
  async explain(
    statement: Statement,
    options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ExecutionPlan> {
    const { analyze = false, signal } = options;
    const { schema: _, ...written } = statement;
    const rows = await this.#rows({ ...written, text: `EXPLAIN QUERY PLAN ${statement.text}` }, signal);
    const plan = planFromRows(
      rows.map((row): PlanRow => ({
        id: wholeOf(row['id']),
        parent: wholeOf(row['parent']),
        detail: String(row['detail']),
      })),
    );
    if (!analyze) return plan;
    const code = await this.#rows({ ...written, text: `EXPLAIN ${statement.text}` }, signal);
    if (!onlyReads(code.map((row) => ({ opcode: row['opcode'], p2: row['p2'] }))))
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'EXPLAIN ANALYZE runs the statement, so it must be one that only reads',
      );
    const started = performance.now();
    let actualRows = 0;
    for await (const batch of await this.execute(statement, { shape: 'columns', signal }))
      actualRows += batchLength(batch);
    return { ...plan, actualRows, loops: 1, totalMs: performance.now() - started };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#pool.close();
    await disposeCopy(this.#whatIf);
  }

  async #ask(
    text: string,
    parameters: readonly Parameter[] = [],
    signal?: AbortSignal,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#rows({ ...reading(text), parameters }, signal);
  }

  async #rows(
    statement: Statement,
    signal: AbortSignal | undefined,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const stream = await this.execute(statement, { signal });
    const rows = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    return rows.map((row) => Object.fromEntries(stream.schema.fields.map(({ name }, i) => [name, row[i]])));
  }
}

/** Statements that would leave a transaction open on one of several connections, behind blanks and comments. */
const TRANSACTION =
  /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

function assertDialect({ dialect }: Statement): void {
  if (dialect === 'sqlite') return;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `a ${dialect} statement was given to the SQLite engine`);
}

/** Ends a copy that was made; one that failed has ended by itself. */
async function disposeCopy(kept: KeptCopy | undefined): Promise<void> {
  const copy = await kept?.copy.catch(() => undefined);
  await copy?.[Symbol.asyncDispose]();
}

function reading(text: string): Statement {
  return { dialect: 'sqlite', text, parameters: [] };
}

function wholeOf(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
