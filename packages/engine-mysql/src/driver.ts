/**
 * The part of mysql2 that this package uses. Pools of mysql2 3.14 and newer have it, in both forms; nothing else of the
 * driver is relied on.
 */

/** What a column of an answer is, as the driver tells it. */
export interface DriverField {
  readonly name: string;
  /** Code of the type in MySQL's protocol. */
  readonly columnType?: number;
  /** Longest value, in bytes or in shown characters. */
  readonly columnLength?: number;
  readonly decimals: number;
  readonly flags: number | string[];
  /** Number of the collation; 63 is bytes. */
  readonly characterSet?: number;
  /** `json` for JSON on MariaDB, from drivers that ask for it. */
  readonly extendedFormat?: string | undefined;
}

/** A statement for the driver. */
export interface DriverStatement {
  readonly sql: string;
  readonly values: unknown[];
  readonly rowsAsArray: boolean;
  readonly nestTables: boolean;
  readonly namedPlaceholders: boolean;
  readonly dateStrings: boolean;
  readonly supportBigNumbers: boolean;
}

/** A running statement: `fields`, then `result` for each row, then `end`; or `error`. */
export interface DriverCommand {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** A connection of the driver's callback form, as a pool hands it out. */
export interface DriverConnection {
  readonly threadId: number | null;
  readonly config: object;
  query(statement: DriverStatement): DriverCommand;
  execute(statement: DriverStatement): DriverCommand;
  /** Forgets a prepared statement, on the server too. */
  unprepare(statement: DriverStatement | string): unknown;
  pause(): void;
  resume(): void;
  destroy(): void;
  release(): void;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** A pool of `mysql2`. */
export interface MysqlCallbackPool {
  readonly config: object;
  getConnection(done: (error: Error | null, connection: DriverConnection) => void): void;
}

/** A pool of `mysql2/promise`. */
export interface MysqlPromisePool {
  readonly pool: MysqlCallbackPool;
}

/** A pool of mysql2, in either form. */
export type MysqlPool = MysqlCallbackPool | MysqlPromisePool;

/** The pool in its callback form. */
export function callbackPool(pool: MysqlPool): MysqlCallbackPool {
  return 'pool' in pool ? pool.pool : pool;
}

/** A property of an object that the driver keeps, whatever it is. */
export function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null
    ? new Map<string, unknown>(Object.entries(of)).get(name)
    : undefined;
}
