import type { DriverCommand, DriverConnection, DriverField } from './driver.ts';
import type { RowCollector } from './row-collector.ts';

/** Rows of one batch, in the order of the fields. */
export type Rows = readonly (readonly unknown[])[];

/**
 * One running statement: its rows in batches, each fetched when it is asked for. While nobody asks the connection is paused,
 * so that the server waits and at most one batch and one read of the socket are held here.
 */
export class RowFeed {
  /** Resolves when the server has answered: to its columns, none for a statement without rows. */
  readonly started: Promise<readonly DriverField[]>;
  readonly #connection: DriverConnection;
  readonly #begin: PromiseWithResolvers<readonly DriverField[]>;
  readonly #ready: Rows[] = [];
  #collector: RowCollector | undefined;
  #state: 'running' | 'ended' | 'failed' = 'running';
  #failure: unknown;
  #isOver = false;
  #serverStopped = false;
  #paused = false;
  #wake: (() => void) | undefined;

  /** @param collect makes what the rows are collected with; what it throws ends the statement */
  constructor(
    connection: DriverConnection,
    run: () => DriverCommand,
    collect: (fields: readonly DriverField[]) => RowCollector,
  ) {
    this.#connection = connection;
    this.#begin = Promise.withResolvers();
    this.started = this.#begin.promise;
    this.started.catch(() => undefined);
    connection.on('error', this.#onLost);
    try {
      const command = run();
      command.on('fields', (fields) => this.#onFields(fields, collect));
      command.on('result', (row) => this.#onRow(row));
      command.on('error', (error) => this.#onError(error));
      command.on('end', () => this.#onEnd());
    } catch (error) {
      this.#serverStopped = true;
      this.fail(error);
    }
  }

  /** Whether the server is done with the statement, so that the connection can be used for another. */
  get isIdle(): boolean {
    return this.#serverStopped;
  }

  /** The next rows; undefined at the end. Rejects with what ended the statement before. */
  async next(): Promise<Rows | undefined> {
    for (;;) {
      if (this.#state === 'failed') throw this.#failure;
      const rows = this.#ready.shift();
      if (rows !== undefined) return rows;
      if (this.#state === 'ended') return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if (this.#paused) {
        this.#paused = false;
        // Rows that wait in the driver come at once, inside this call.
        this.#connection.resume();
      }
      await promise;
    }
  }

  /** Ends the statement for its reader; the first reason counts. What still comes from the server is dropped. */
  fail(reason: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = 'failed';
    this.#failure = reason;
    this.#ready.length = 0;
    this.#begin.reject(reason);
    this.#wake?.();
  }

  /** Lets go of the connection's events; called once, before the connection is given back. */
  detach(): void {
    this.#connection.removeListener('error', this.#onLost);
  }

  readonly #onLost = (error: unknown): void => {
    this.#serverStopped = true;
    this.fail(error);
  };

  #onFields(fields: unknown, collect: (fields: readonly DriverField[]) => RowCollector): void {
    // A routine may give several answers; the first that has columns counts.
    this.#isOver = this.#collector !== undefined;
    if (this.#isOver || this.#state !== 'running' || !isFields(fields)) return;
    try {
      this.#collector = collect(fields);
      this.#begin.resolve(fields);
    } catch (error) {
      this.fail(error);
    }
  }

  #onRow(row: unknown): void {
    // What is no array is the header of an answer without columns.
    if (this.#state !== 'running' || this.#collector === undefined || this.#isOver || !Array.isArray(row))
      return;
    try {
      if (!this.#collector.add(row)) return;
    } catch (error) {
      return this.fail(error);
    }
    this.#ready.push(this.#collector.take());
    this.#paused = true;
    this.#connection.pause();
    this.#wake?.();
  }

  #onError(error: unknown): void {
    this.#serverStopped = true;
    this.fail(error);
  }

  #onEnd(): void {
    this.#serverStopped = true;
    if (this.#state !== 'running') return;
    this.#state = 'ended';
    const rest = this.#collector?.take() ?? [];
    if (rest.length > 0) this.#ready.push(rest);
    this.#begin.resolve([]);
    this.#wake?.();
  }
}

function isFields(fields: unknown): fields is readonly DriverField[] {
  return Array.isArray(fields);
}
