/**
 * The part of a `pg` Pool that the engine uses; the pool stays yours and stays open.
 *
 * @example
 * const pool: PostgresPool = new Pool({ connectionString, max: 20 });
 */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
}

/** A client of the pool, of pg's own driver in JavaScript: `pg-native` cannot stream. */
export interface PostgresClient {
  query(query: { submit(connection: never): void }): unknown;
  /** Gives it back; with an error, closes it. */
  release(error?: Error): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What a query may do with the connection that runs it. */
export interface PostgresConnection {
  readonly stream: Pausable;
  parse(message: { readonly text: string }): void;
  bind(message: { readonly values: readonly BoundValue[] }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(message: { readonly rows: number }): void;
  flush(): void;
  sync(): void;
  sendCopyFail(reason: string): void;
}

/** A value as the protocol takes it: text, or bytes for `bytea`. */
export type BoundValue = string | Buffer | null;

/** The part of a socket that holds the server back. */
export interface Pausable {
  pause(): unknown;
  resume(): unknown;
  cork(): void;
  uncork(): void;
}

/** One column as the server describes it. */
export interface DescribedField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** One row as it came: text, or null. */
export type RawRow = readonly (string | null)[];
