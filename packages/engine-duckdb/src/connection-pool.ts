import { PerfError } from '@perf/contracts';
import type { DuckDBInstance } from '@duckdb/node-api';
import { DISTANCE_MACRO } from './distance-macro.ts';
import { PooledConnection } from './pooled-connection.ts';

/** Idle connections kept for the next statement. */
const MOST_IDLE = 4;

/**
 * What makes an answer the same on every machine: instants without zone are UTC, and text compares by bytes. Both hold for
 * the connection alone.
 */
const SETTINGS = "SET SESSION TimeZone = 'UTC'; SET SESSION default_collation = ''";

/** Connections of one database: one per running statement, so that statements run at once and stop one by one. */
export class ConnectionPool {
  readonly #instance: DuckDBInstance;
  readonly #idle: PooledConnection[] = [];
  readonly #busy = new Set<PooledConnection>();
  /** Connections that are being closed; `close` waits for them. */
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async take(): Promise<PooledConnection> {
    if (this.#closed) throw disposed();
    const connection = this.#idle.pop() ?? (await this.#connect());
    this.#busy.add(connection);
    return connection;
  }

  async #connect(): Promise<PooledConnection> {
    const driver = await this.#instance.connect();
    try {
      await driver.run(SETTINGS);
      await driver.run(DISTANCE_MACRO);
      if (this.#closed) throw disposed();
      return new PooledConnection(driver);
    } catch (error) {
      driver.closeSync();
      throw error;
    }
  }

  /** Takes a connection back. `clean` says that nothing runs on it any more; otherwise it is stopped and closed. */
  release(connection: PooledConnection, clean: boolean): void {
    if (!this.#busy.delete(connection)) return;
    if (clean && !this.#closed && this.#idle.length < MOST_IDLE) this.#idle.push(connection);
    else this.#end(connection);
  }

  #end(connection: PooledConnection): void {
    const ending = connection.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Stops what runs and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) this.#end(connection);
    this.#busy.clear();
    await Promise.all(this.#ending);
  }
}

function disposed(): PerfError {
  return new PerfError('ERR_PERF_DISPOSED', 'the DuckDB engine was disposed');
}
