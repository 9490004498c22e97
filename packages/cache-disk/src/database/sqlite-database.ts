import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { ByTable, DiskDatabase, TableName } from './disk-database.ts';
import { DamagedFileError, TABLES, byTable } from './disk-database.ts';

/** The statements of one table. */
interface TableStatements {
  readonly get: StatementSync;
  readonly head: StatementSync;
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly clear: StatementSync;
  readonly keysFrom: StatementSync;
}

/** Longest wait for the lock of another process. */
const BUSY_MS = 5_000;

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGE_CODES: ReadonlySet<unknown> = new Set([11, 26]);

/**
 * The tables in a file of Node's own SQLite, in WAL mode with `synchronous = NORMAL`: a commit survives the end of the process
 * at once, and a loss of power after `flush`.
 */
export class SqliteDatabase implements DiskDatabase {
  readonly driver = 'sqlite';
  readonly replacing = undefined;
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements: ByTable<TableStatements>;

  constructor(file: string, { readOnly }: { readonly readOnly: boolean }) {
    this.#file = file;
    this.#database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
    try {
      if (!readOnly) this.#create();
      this.#statements = byTable((table) => this.#prepare(table));
    } catch (error) {
      this.#database.close();
      if (!DAMAGE_CODES.has(resultCodeOf(error))) throw error;
      throw new DamagedFileError(`${file} is not a file of SQLite, or a damaged one`, { cause: error });
    }
  }

  /** Every statement sees what is committed when it begins. */
  renew(): void {}

  get(table: TableName, key: Uint8Array): Buffer | undefined {
    return bytesIn(this.#statements[table].get.get(key));
  }

  head(table: TableName, key: Uint8Array, length: number): Buffer | undefined {
    return bytesIn(this.#statements[table].head.get(length, key));
  }

  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.#statements[table].put.run(key, value);
  }

  remove(table: TableName, key: Uint8Array): void {
    this.#statements[table].remove.run(key);
  }

  clear(table: TableName): void {
    this.#statements[table].clear.run();
  }

  keysFrom(table: TableName, start: Uint8Array, limit: number): Buffer[] {
    const rows = this.#statements[table].keysFrom.all(start, limit);
    return rows.flatMap((row) => bytesIn(row) ?? []);
  }

  async transact(work: () => void): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** What is committed is in the log or, when SQLite has moved it, in the file itself, which it then has flushed. */
  async flush(): Promise<void> {
    const log = await open(`${this.#file}-wal`, 'r').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    try {
      await log?.sync();
    } finally {
      await log?.close();
    }
  }

  /** Other processes may have the file open: SQLite keeps them together. */
  async compact(): Promise<void> {
    this.#database.exec('VACUUM');
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  fileBytes(): number {
    const row = this.#database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get();
    return Number(row?.['bytes'] ?? 0);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#database.close();
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk undoes the transaction by itself, and then there is nothing to roll back.
    }
  }

  /** Values lie in a table by row number, found by an index of their own: far faster than one tree of keys and values. */
  #create(): void {
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    for (const table of TABLES)
      this.#database.exec(
        table === 'entries'
          ? 'CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, v BLOB NOT NULL)'
          : `CREATE TABLE IF NOT EXISTS ${table} (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID`,
      );
  }

  #prepare(table: TableName): TableStatements {
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql);
    return {
      get: prepare(`SELECT v AS bytes FROM ${table} WHERE k = ?`),
      head: prepare(`SELECT substr(v, 1, ?) AS bytes FROM ${table} WHERE k = ?`),
      put: prepare(`INSERT INTO ${table} (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v`),
      remove: prepare(`DELETE FROM ${table} WHERE k = ?`),
      clear: prepare(`DELETE FROM ${table}`),
      keysFrom: prepare(`SELECT k AS bytes FROM ${table} WHERE k >= ? ORDER BY k LIMIT ?`),
    };
  }
}

function bytesIn(row: { readonly bytes?: unknown } | undefined): Buffer | undefined {
  const bytes = row?.bytes;
  if (!(bytes instanceof Uint8Array)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function resultCodeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined;
}
