import type { BoundValue, DescribedField, PostgresConnection, RawRow } from './pg-client.ts';

/** Text of one chunk, in characters, that is enough to hand it over before it has all its rows. */
const MOST_CHARACTERS = 4 * 2 ** 20;

/** Which command is the caller's: the prelude is the first. */
const STATEMENT = 2;

/** A statement of ours that goes before the caller's in one trip: its rows are not looked at. */
export interface Prelude {
  readonly text: string;
  readonly values: readonly BoundValue[];
}

/** What is sent. */
export interface QueryText {
  readonly prelude: Prelude;
  readonly text: string;
  readonly values: readonly BoundValue[];
  /** Rows of a chunk. */
  readonly chunkRows: number;
  /** Whether the transaction is rolled back after the statement. @default false */
  readonly rollback?: boolean;
}

/**
 * One statement on the wire, for `client.query`. Settings, statement and end go in one message, so it costs one trip, and they
 * are one transaction, so the settings end with it. All rows are asked for at once, since a portal that is read in parts gets
 * no parallel workers; the socket is paused instead while the reader is behind, and then the server waits.
 */
export class RunningQuery {
  /** The columns; none for a statement without an answer, which then has run. Rejects when the statement is refused. */
  readonly described: Promise<readonly DescribedField[]>;
  /** Resolves when the server is through, well or not. */
  readonly ended: Promise<void>;
  readonly #sent: QueryText;
  readonly #described = Promise.withResolvers<readonly DescribedField[]>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #chunks: RawRow[][] = [];
  #rows: RawRow[] = [];
  #characters = 0;
  #commands = 0;
  #over = false;
  #discarding = false;
  #failure: Error | undefined;
  #tag = '';
  #wake: (() => void) | undefined;
  #connection: PostgresConnection | undefined;
  #paused = false;

  constructor(sent: QueryText) {
    this.#sent = sent;
    this.described = this.#described.promise;
    this.ended = this.#ended.promise;
    this.described.catch(() => undefined);
  }

  /** Whether rows were dropped, so that what comes is not the whole answer. */
  get isDiscarded(): boolean {
    return this.#discarding;
  }

  /** Whether the server is through. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Why the connection cannot be used any more: an error that is not the server's about the statement alone. */
  get loss(): Error | undefined {
    const failure = this.#failure;
    if (failure === undefined) return undefined;
    return 'severity' in failure && failure.severity === 'ERROR' ? undefined : failure;
  }

  /** What the server said it did, as in `SELECT 5`; empty until then. */
  get tag(): string {
    return this.#tag;
  }

  /** The next rows; undefined after the last. Throws what the server refused or failed with. */
  async next(): Promise<readonly RawRow[] | undefined> {
    while (this.#chunks.length === 0 && !this.#over) {
      this.#resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return chunk;
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  /** Drops what has come and what will. */
  discard(): void {
    this.#discarding = true;
    this.#chunks.length = 0;
    this.#rows = [];
    this.#resume();
    this.#wake?.();
  }

  /** Ends it from this side, when the connection is given up. */
  fail(error: Error): void {
    if (!this.#over) this.#finish(error);
  }

  submit(connection: PostgresConnection): void {
    const { prelude, text, values, rollback = false } = this.#sent;
    this.#connection = connection;
    connection.stream.cork();
    try {
      connection.parse({ text: prelude.text });
      connection.bind({ values: prelude.values });
      connection.execute({ rows: 0 });
      connection.parse({ text });
      connection.bind({ values });
      connection.describe({ type: 'P' });
      // The columns are told before the work begins.
      connection.flush();
      connection.execute({ rows: 0 });
      if (rollback) {
        connection.parse({ text: 'ROLLBACK' });
        connection.bind({ values: [] });
        connection.execute({ rows: 0 });
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription(message: { readonly fields: readonly DescribedField[] }): void {
    this.#described.resolve(message.fields);
  }

  handleDataRow(message: { readonly fields: RawRow }): void {
    if (this.#commands === 0 || this.#discarding) return;
    const row = message.fields;
    this.#rows.push(row);
    for (const value of row) this.#characters += value?.length ?? 0;
    if (this.#rows.length >= this.#sent.chunkRows || this.#characters >= MOST_CHARACTERS) this.#handOver();
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#commands++;
    if (this.#commands === STATEMENT) this.#tag = message.text;
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: PostgresConnection): void {
    connection.sendCopyFail('COPY is not for queries');
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.#finish(undefined);
  }

  handleError(error: Error): void {
    this.#finish(error);
  }

  #handOver(): void {
    this.#chunks.push(this.#rows);
    this.#rows = [];
    this.#characters = 0;
    // While the last chunk is worked on, the next may come.
    if (this.#chunks.length > 1 && !this.#paused) {
      this.#paused = true;
      this.#connection?.stream.pause();
    }
    this.#wake?.();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection?.stream.resume();
  }

  #finish(failure: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    if (this.#rows.length > 0 && failure === undefined) this.#chunks.push(this.#rows);
    this.#rows = [];
    // Whoever has the connection next must not find it paused.
    this.#resume();
    if (failure === undefined) this.#described.resolve([]);
    else this.#described.reject(failure);
    this.#ended.resolve();
    this.#wake?.();
  }
}
