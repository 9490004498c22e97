import { PerfError, orAborted } from '@perf/contracts';
import type { DriverConnection, DriverStatement, MysqlCallbackPool } from './driver.ts';
import { property } from './driver.ts';
import { killQuery } from './kill-query.ts';
import { engineError } from './mysql-errors.ts';

/** Which of the two servers answers. */
export type Flavour = 'mariadb' | 'mysql';

/** What is known of a server. */
export interface ServerFacts {
  readonly flavour: Flavour;
  /** Whether the server counts what it does. */
  readonly performanceSchema: boolean;
}

/** Seconds that the server waits for a reader that is slow to take rows. */
const PATIENCE_S = 3600;

/**
 * Connections of the caller's pool, each with a session that this package can read: instants in UTC, and a server that
 * waits for slow readers.
 */
export class Sessions {
  readonly #pool: MysqlCallbackPool;
  readonly #statementTimeoutMs: number | undefined;
  readonly #prepared = new WeakSet<DriverConnection>();
  /** Whether the pool forgets what a session was told. */
  readonly #forgets: boolean;
  readonly #ending = new Set<Promise<unknown>>();
  #facts: ServerFacts | undefined;

  constructor(pool: MysqlCallbackPool, statementTimeoutMs: number | undefined) {
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
    this.#forgets = property(pool.config, 'resetOnRelease') === true;
  }

  /** A connection for one statement; an abort ends the wait, and a connection that comes later goes back. */
  async take(signal: AbortSignal | undefined): Promise<{ connection: DriverConnection; facts: ServerFacts }> {
    const taking = this.#take();
    try {
      return await orAborted(taking, signal, 'the statement');
    } catch (error) {
      taking.then(({ connection }) => connection.release()).catch(() => undefined);
      throw error;
    }
  }

  async #take(): Promise<{ connection: DriverConnection; facts: ServerFacts }> {
    const connection = await this.#connection();
    try {
      return { connection, facts: await this.#tell(connection) };
    } catch (error) {
      connection.destroy();
      throw engineError(error);
    }
  }

  #connection(): Promise<DriverConnection> {
    return new Promise((resolve, reject) => {
      this.#pool.getConnection((error, connection) => {
        if (error === null || error === undefined) return resolve(connection);
        const cause = engineError(error).cause;
        reject(new PerfError('ERR_PERF_OPEN_FAILED', 'the pool gave no connection to the server', { cause }));
      });
    });
  }

  /** Sets up a session that is new to this engine. */
  async #tell(connection: DriverConnection): Promise<ServerFacts> {
    if (this.#facts !== undefined && this.#prepared.has(connection)) return this.#facts;
    // Without a listener, a connection that is lost between two statements would end the process.
    if (!this.#prepared.has(connection)) connection.on('error', () => undefined);
    this.#facts ??= await factsOf(connection);
    const wait = `SET SESSION time_zone = '+00:00', net_write_timeout = GREATEST(@@net_write_timeout, ${PATIENCE_S})`;
    const limit = this.#statementTimeoutMs ?? 0;
    await rowsOf(
      connection,
      this.#facts.flavour === 'mariadb'
        ? wait
        : `${wait}, information_schema_stats_expiry = 0${limit > 0 ? `, max_execution_time = ${limit}` : ''}`,
    );
    if (!this.#forgets) this.#prepared.add(connection);
    return this.#facts;
  }

  /** Ends what the connection runs, on the server too, and the connection with it; the pool opens another when it needs one. */
  async abandon(connection: DriverConnection): Promise<void> {
    const { threadId } = connection;
    const ending = threadId === null ? Promise.resolve(false) : killQuery(this.#pool, threadId);
    this.#ending.add(ending);
    try {
      await ending;
    } finally {
      this.#ending.delete(ending);
      connection.destroy();
      // A paused socket would not see its own end.
      connection.resume();
    }
  }

  /** Resolves when nothing is being ended any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#ending);
  }
}

async function factsOf(connection: DriverConnection): Promise<ServerFacts> {
  const [row] = await rowsOf(connection, 'SELECT VERSION(), @@performance_schema, @@character_set_client');
  if (row?.[2] !== 'utf8mb4')
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `the pool's charset must be utf8mb4, got ${String(row?.[2])}`,
    );
  return {
    flavour: /mariadb/i.test(String(row[0])) ? 'mariadb' : 'mysql',
    performanceSchema: Number(row[1]) === 1,
  };
}

/** A statement of the driver whose values come in the forms that this package reads. */
export function driverStatement(sql: string, values: unknown[]): DriverStatement {
  return {
    sql,
    values,
    rowsAsArray: true,
    nestTables: false,
    namedPlaceholders: false,
    dateStrings: true,
    supportBigNumbers: true,
  };
}

/** The rows of a short statement of our own, by the text protocol. */
export function rowsOf(connection: DriverConnection, sql: string): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    const command = connection.query(driverStatement(sql, []));
    const fail = (error: unknown): void => {
      connection.removeListener('error', fail);
      reject(error);
    };
    connection.on('error', fail);
    command.on('error', fail);
    command.on('result', (row) => {
      if (Array.isArray(row)) rows.push(row);
    });
    command.on('end', () => {
      connection.removeListener('error', fail);
      resolve(rows);
    });
  });
}
