import type { DuckDBConnection } from '@duckdb/node-api';

/** Between two interrupts: one that DuckDB gets before the statement has begun is lost, so it is told again. */
const INTERRUPT_AGAIN_MS = 5;

/** One connection and what runs on it: one thing at a time, which can be stopped. */
export class PooledConnection {
  readonly driver: DuckDBConnection;
  #running: Promise<unknown> | undefined;
  #closed = false;

  constructor(driver: DuckDBConnection) {
    this.driver = driver;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Does `work` on the connection; an abort of `signal` interrupts it, so that it rejects soon. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const running = work();
    this.#running = running;
    const stop = (): void => void this.#interrupt(running);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await running;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#running = undefined;
    }
  }

  /** Interrupts what runs, waits until DuckDB has let go of it, and closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running !== undefined) await this.#interrupt(this.#running);
    this.driver.interrupt();
    this.driver.closeSync();
  }

  async #interrupt(running: Promise<unknown>): Promise<void> {
    const again = setInterval(() => this.driver.interrupt(), INTERRUPT_AGAIN_MS);
    this.driver.interrupt();
    await Promise.allSettled([running]);
    clearInterval(again);
  }
}
