/** What a store keeps: entries by key, their order of writing, their expiries, its own state, and counters. */
export const TABLES = ['entries', 'written', 'expiries', 'state', 'counters'] as const;

/** Name of a table. */
export type TableName = (typeof TABLES)[number];

/** Something by the name of every table. */
export type ByTable<T> = Readonly<Record<TableName, T>>;

/** Makes one for each table. */
export function byTable<T>(make: (table: TableName) => T): ByTable<T> {
  return {
    entries: make('entries'),
    written: make('written'),
    expiries: make('expiries'),
    state: make('state'),
    counters: make('counters'),
  };
}

/**
 * What the store asks of a driver: sorted tables of bytes in one file, reads that wait for nobody, and transactions that
 * are done wholly or not at all. Errors are the driver's own; the store wraps them.
 */
export interface DiskDatabase {
  readonly driver: 'lmdb' | 'sqlite';
  /** While the file is being replaced: whoever reads waits for it. Never rejects. */
  readonly replacing: Promise<void> | undefined;
  /** Reads from here on see all that any process has committed. */
  renew(): void;
  /** The value under `key`. The buffer is the caller's. */
  get(table: TableName, key: Uint8Array): Buffer | undefined;
  /** The first `length` bytes of it. */
  head(table: TableName, key: Uint8Array, length: number): Buffer | undefined;
  /** Inside `transact` only. */
  put(table: TableName, key: Uint8Array, value: Uint8Array): void;
  /** Inside `transact` only. A missing key is no error. */
  remove(table: TableName, key: Uint8Array): void;
  /** Empties a table. Inside `transact` only. */
  clear(table: TableName): void;
  /** Up to `limit` keys, sorted, from `start` on. */
  keysFrom(table: TableName, start: Uint8Array, limit: number): Buffer[];
  /** Runs `work` as one transaction, visible to every process when it resolves. What throws undoes it. One at a time. */
  transact(work: () => void): Promise<void>;
  /** Resolves when all that was committed so far has reached the disk. */
  flush(): Promise<void>;
  /** Writes the file anew without its free pages. Refuses while another store has it open, where that would part them. */
  compact(): Promise<void>;
  /** Size of the file. */
  fileBytes(): number;
  /** Flushes, and lets go of the file. */
  close(): Promise<void>;
}

/** A file that is no database of its driver, or a damaged one. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}
