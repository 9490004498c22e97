import { PerfError } from '@perf/contracts';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Idle connections kept for the next statement. */
const MOST_IDLE = 4;

/** Connections of one database: one per running statement, so that statements run at once and stop one by one. */
export class ConnectionPool {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #busy = new Set<DuckDBConnection>();
  #closed = false;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async take(): Promise<DuckDBConnection> {
    if (this.#closed) throw new PerfError('ERR_PERF_DISPOSED', 'the DuckDB engine was disposed');
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#busy.add(connection);
    return connection;
  }

  /** Takes a connection back. `clean` says that nothing runs on it any more; otherwise it is interrupted and closed. */
  release(connection: DuckDBConnection, clean: boolean): void {
    if (!this.#busy.delete(connection)) return;
    if (clean && !this.#closed && this.#idle.length < MOST_IDLE) {
      this.#idle.push(connection);
      return;
    }
    if (!clean) connection.interrupt();
    connection.closeSync();
  }

  /** Interrupts what runs and closes every connection. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    for (const connection of this.#busy) this.release(connection, false);
  }
}
