import { renameSync, rmSync, statSync } from 'node:fs';
import { PerfError } from '@perf/contracts';
import type { ByTable, DiskDatabase, TableName } from './disk-database.ts';
import { DamagedFileError, byTable } from './disk-database.ts';
import type { LmdbGate } from './lmdb-gate.ts';
import type { LmdbEnvironment, LmdbModule, LmdbTable } from './lmdb-module.ts';
import { LMDB_OPTIONS } from './lmdb-module.ts';

/** What opening a file of lmdb takes. */
export interface LmdbDatabaseOptions {
  readonly module: LmdbModule;
  readonly file: string;
  readonly readOnly: boolean;
  /** Held by whoever opens; closed with the database. */
  readonly gate: LmdbGate | undefined;
}

/** The environment with its tables. */
interface LmdbHandles {
  readonly environment: LmdbEnvironment;
  readonly tables: ByTable<LmdbTable>;
}

/**
 * The tables in a file of lmdb: sorted trees in a memory map, which any number of processes read without locks while one
 * writes. The thread of lmdb commits and brings every commit to the disk; this one only fills the transaction.
 */
export class LmdbDatabase implements DiskDatabase {
  readonly driver = 'lmdb';
  readonly #options: LmdbDatabaseOptions;
  readonly #file: string;
  #handles: LmdbHandles;
  #replacing: Promise<void> | undefined;

  constructor(options: LmdbDatabaseOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#handles = this.#open();
  }

  get replacing(): Promise<void> | undefined {
    return this.#replacing;
  }

  renew(): void {
    this.#handles.environment.resetReadTxn();
  }

  get(table: TableName, key: Uint8Array): Buffer | undefined {
    const found = this.#handles.tables[table].getBinaryFast(key);
    return found === undefined ? undefined : copyOf(found, found.length);
  }

  head(table: TableName, key: Uint8Array, length: number): Buffer | undefined {
    const found = this.#handles.tables[table].getBinaryFast(key);
    return found === undefined ? undefined : copyOf(found, Math.min(length, found.length));
  }

  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.#handles.tables[table].putSync(key, value);
  }

  remove(table: TableName, key: Uint8Array): void {
    this.#handles.tables[table].removeSync(key);
  }

  clear(table: TableName): void {
    this.#handles.tables[table].clearSync();
  }

  keysFrom(table: TableName, start: Uint8Array, limit: number): Buffer[] {
    return Array.from(this.#handles.tables[table].getKeys({ start, limit }));
  }

  transact(work: () => void): Promise<void> {
    return this.#alone(async () => {
      try {
        await this.#handles.environment.childTransaction(work);
      } catch (error) {
        throw await commitErrorOf(error);
      }
    });
  }

  /** Nothing to do: a commit has reached the disk. */
  async flush(): Promise<void> {}

  compact(): Promise<void> {
    return this.#alone(async () => {
      const others = this.#otherReaders();
      if (others.length > 0)
        throw new PerfError(
          'ERR_PERF_UNSUPPORTED',
          `${this.#file} is open in process ${others.join(', ')} too: lmdb can be compacted by a lone store only`,
        );
      const copy = `${this.#file}.compact`;
      rmSync(copy, { force: true });
      try {
        await this.#handles.environment.backup(copy, true);
        const replaced = this.#replaceBy(copy);
        this.#replacing = replaced.catch(() => undefined);
        await replaced;
      } finally {
        this.#replacing = undefined;
        rmSync(copy, { force: true });
      }
    });
  }

  fileBytes(): number {
    return statSync(this.#file).size;
  }

  async close(): Promise<void> {
    try {
      await this.#handles.environment.close();
    } finally {
      await this.#options.gate?.close();
    }
  }

  #alone(work: () => Promise<void>): Promise<void> {
    const { gate } = this.#options;
    return gate === undefined ? work() : gate.hold(work);
  }

  #open(): LmdbHandles {
    const { module, file, readOnly } = this.#options;
    if (readOnly) statSync(file);
    const environment = module.open({ path: file, readOnly, ...LMDB_OPTIONS });
    const tables = byTable((name) => {
      const { encoding, keyEncoding } = LMDB_OPTIONS;
      const table = environment.openDB({ name, encoding, keyEncoding });
      if (table === undefined) throw new DamagedFileError(`${file} has no table ${name}`);
      return table;
    });
    // The first read takes a place in the table of readers, which tells others that the file is in use.
    tables.state.getBinaryFast(Buffer.of(0));
    return { environment, tables };
  }

  async #replaceBy(copy: string): Promise<void> {
    await this.#handles.environment.close();
    try {
      renameSync(copy, this.#file);
    } finally {
      this.#handles = this.#open();
    }
  }

  /** Processes with a place in the table of readers; this one too, when another store of it has one. */
  #otherReaders(): number[] {
    this.#handles.environment.readerCheck();
    const lines = this.#handles.environment.readerList().split('\n');
    const ids = lines.flatMap((line) => /^\s*(\d+)\s/.exec(line)?.[1] ?? []).map(Number);
    ids.splice(ids.indexOf(process.pid), 1);
    return [...new Set(ids)];
  }
}

/** lmdb tells why a commit failed by a promise on the error, which must be handled too. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    return cause;
  }
  return error;
}

function copyOf(bytes: Buffer, length: number): Buffer {
  const copy = Buffer.allocUnsafe(length);
  bytes.copy(copy, 0, 0, length);
  return copy;
}
