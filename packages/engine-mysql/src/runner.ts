import type { Field, ResultStream, Schema, Statement } from '@perf/contracts';
import { PerfError, abortError } from '@perf/contracts';
import type { DriverConnection, DriverField, MysqlCallbackPool } from './driver.ts';
import { property } from './driver.ts';
import { NOT_PREPARABLE, engineError, errorNumber } from './mysql-errors.ts';
import { MysqlStream } from './mysql-stream.ts';
import { dataTypeOf } from './mysql-types.ts';
import type { ReadValue, ZeroDates } from './mysql-value.ts';
import { parsedJson, readerOf } from './mysql-value.ts';
import type { BindValue } from './parameters.ts';
import { binderOf } from './parameters.ts';
import { RowCollector } from './row-collector.ts';
import { RowFeed } from './row-feed.ts';
import type { ServerFacts } from './sessions.ts';
import { Sessions, driverStatement } from './sessions.ts';

/** What is the same for all statements of an engine. */
export interface RunnerOptions {
  readonly statementTimeoutMs: number;
  readonly zeroDates: ZeroDates;
}

/** How one statement is run. */
export interface RunUse {
  readonly signal: AbortSignal | undefined;
  readonly shape: 'rows' | 'columns';
  readonly batchRows: number;
}

/** A running statement and how its connection is given back. */
interface Running {
  readonly feed: RowFeed;
  readonly schema: () => Schema;
  readonly release: () => Promise<void>;
}

/** Runs statements on connections of the pool, each to its end or to the first reason to end it. */
export class Runner {
  readonly #sessions: Sessions;
  readonly #options: RunnerOptions;
  readonly #jsonIsText: boolean;
  readonly #bind: BindValue;
  readonly #running = new Map<RowFeed, () => Promise<void>>();
  #closed = false;

  constructor(pool: MysqlCallbackPool, options: RunnerOptions) {
    const config = property(pool.config, 'connectionConfig');
    for (const name of ['typeCast', 'decimalNumbers'])
      if (isChanged(property(config, name), name))
        throw new PerfError(
          'ERR_PERF_INVALID_OPTION',
          `the pool's ${name} must be left as it is: values are read exactly here`,
        );
    this.#jsonIsText = property(config, 'jsonStrings') === true;
    this.#bind = binderOf(pool);
    this.#options = options;
    this.#sessions = new Sessions(pool, options.statementTimeoutMs);
  }

  /** Throws `ERR_PERF_DISPOSED` once the engine was disposed. */
  assertOpen(): void {
    if (this.#closed) throw disposed();
  }

  /** What is known of the server; asks it the first time. */
  async facts(): Promise<ServerFacts> {
    this.assertOpen();
    const { connection, facts } = await this.#sessions.take(undefined);
    connection.release();
    return facts;
  }

  async run(statement: Statement, use: RunUse): Promise<ResultStream> {
    const { connection, facts } = await this.#sessions.take(use.signal);
    return this.runOn(connection, facts, statement, use, () => connection.release());
  }

  /** Runs a statement on a connection; when it is unusable afterwards it is ended instead of given back. */
  async runOn(
    connection: DriverConnection,
    facts: ServerFacts,
    statement: Statement,
    use: RunUse,
    giveBack: () => void,
  ): Promise<ResultStream> {
    if (this.#closed) {
      giveBack();
      throw disposed();
    }
    const described = (error: unknown): unknown =>
      engineError(error, this.#options.statementTimeoutMs || undefined);
    for (const protocol of ['prepared', 'text'] as const) {
      const running = this.#start(connection, facts, statement, use, protocol, giveBack);
      try {
        await running.feed.started;
      } catch (error) {
        if (
          protocol === 'prepared' &&
          errorNumber(error) === NOT_PREPARABLE &&
          statement.parameters.length === 0
        ) {
          this.#running.delete(running.feed);
          running.feed.detach();
          continue;
        }
        await running.release();
        throw described(error);
      }
      const { feed, release } = running;
      return new MysqlStream(running.schema(), { feed, shape: use.shape, described, release });
    }
    throw new PerfError(
      'ERR_PERF_ENGINE_FAILED',
      'the server took the statement in neither of its protocols',
    );
  }

  /** Ends all that runs. Resolves when the server has been told. */
  async close(): Promise<void> {
    this.#closed = true;
    const releases = [...this.#running].map(([feed, release]) => {
      feed.fail(disposed());
      return release();
    });
    await Promise.allSettled(releases);
    await this.#sessions.settled();
  }

  /** A connection with a session of ours, for several statements in a row. */
  take(signal: AbortSignal | undefined): Promise<{ connection: DriverConnection; facts: ServerFacts }> {
    return this.#sessions.take(signal);
  }

  #start(
    connection: DriverConnection,
    { flavour }: ServerFacts,
    statement: Statement,
    { signal, batchRows }: RunUse,
    protocol: 'prepared' | 'text',
    giveBack: () => void,
  ): Running {
    let schema: Schema = { fields: [] };
    const { statementTimeoutMs } = this.#options;
    const limit =
      flavour === 'mariadb' && statementTimeoutMs > 0
        ? `SET STATEMENT max_statement_time=${statementTimeoutMs / 1000} FOR `
        : '';
    const written = driverStatement(`${limit}${statement.text}`, statement.parameters.map(this.#bind));
    const feed = new RowFeed(
      connection,
      () => (protocol === 'prepared' ? connection.execute(written) : connection.query(written)),
      (fields) => {
        schema = schemaOf(fields, statement);
        const readers = fields.map((field, i) => this.#reader(field, schema.fields[i]));
        return new RowCollector(schema.fields, readers, batchRows);
      },
    );
    const onAbort = (): void => {
      if (signal !== undefined) feed.fail(abortError(signal, 'the statement'));
      void release();
    };
    let released: Promise<void> | undefined;
    const release = (): Promise<void> => {
      released ??= this.#end(connection, feed, () => {
        // Texts without parameters are seldom run twice, and the server keeps only so many.
        if (protocol === 'prepared' && statement.parameters.length === 0) connection.unprepare(written);
        giveBack();
      });
      signal?.removeEventListener('abort', onAbort);
      // Whoever aborts does not wait for the server.
      return signal?.aborted === true ? Promise.resolve() : released;
    };
    this.#running.set(feed, release);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    return { feed, schema: () => schema, release };
  }

  async #end(connection: DriverConnection, feed: RowFeed, giveBack: () => void): Promise<void> {
    this.#running.delete(feed);
    feed.detach();
    if (feed.isIdle) return giveBack();
    // What still comes must be dropped, not waited for: the server sees its order to stop only when it can go on writing.
    feed.fail(streamDisposed());
    await this.#sessions.abandon(connection);
  }

  #reader(told: DriverField, field: Field | undefined): ReadValue {
    const type = field?.type ?? dataTypeOf(told);
    const isParsed = dataTypeOf(told).kind === 'json' && !this.#jsonIsText;
    return type.kind === 'json' && !isParsed
      ? parsedJson
      : readerOf(type, this.#options.zeroDates, dataTypeOf(told));
  }
}

/** Columns of the answer: as the statement's author says, else as the server does. */
function schemaOf(fields: readonly DriverField[], { schema }: Statement): Schema {
  if (schema === undefined)
    return { fields: fields.map((field) => ({ name: field.name, type: dataTypeOf(field), nullable: true })) };
  if (schema.fields.length !== fields.length)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `statement.schema has ${schema.fields.length} fields, the statement ${fields.length} columns`,
    );
  return { fields: schema.fields.map((field) => ({ ...field, nullable: true })) };
}

function isChanged(value: unknown, name: string): boolean {
  return name === 'typeCast' ? value !== undefined && value !== true : value === true;
}

function streamDisposed(): PerfError {
  return new PerfError('ERR_PERF_DISPOSED', 'the result stream was disposed');
}

function disposed(): PerfError {
  return new PerfError('ERR_PERF_DISPOSED', 'the MySQL engine was disposed');
}
