import { PerfError } from '@perf/contracts';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Idle connections kept for the next statement. */
const MOST_IDLE = 4;

/**
 * `perf_distance(a, b)`: Levenshtein distance in code points. DuckDB's own counts bytes, which is the same for ASCII only;
 * other text goes through Wagner and Fischer's algorithm (1974) row by row. A temporary macro, so the database stays as it is.
 */
const DISTANCE_MACRO = `CREATE OR REPLACE TEMP MACRO perf_distance(a, b) AS CASE
  WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN levenshtein(a, b)
  ELSE list_reduce(
    [range(0, length(b) + 1)] || list_transform(range(1, length(a) + 1), lambda i: [i]),
    lambda above, line: list_reduce(
      [[line[1]]] || list_transform(range(1, length(b) + 1), lambda j: [j]),
      lambda done, col: list_append(done, least(done[-1] + 1, above[col[1] + 1] + 1, above[col[1]] + (a[line[1]] <> b[col[1]])::BIGINT))
    )
  )[-1] END`;

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
    const connection = this.#idle.pop() ?? (await this.#connect());
    this.#busy.add(connection);
    return connection;
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    await connection.run(DISTANCE_MACRO);
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
