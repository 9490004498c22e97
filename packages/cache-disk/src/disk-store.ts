import type { CacheStore, CounterStore, StoreEntry, StoreOptions, TierStatistics } from '@perf/contracts';
import { PerfError, isPerfError, throwIfAborted } from '@perf/contracts';
import { Counters } from './counters.ts';
import type { DiskDatabase } from './database/disk-database.ts';
import { openDatabase } from './database/open-database.ts';
import type { DiskStoreOptions, ResolvedDiskStoreOptions } from './disk-store-options.ts';
import { resolveOptions } from './disk-store-options.ts';
import { decodeRecord } from './entry-record.ts';
import { keyBytes, keyView } from './key-bytes.ts';
import { Ledger } from './ledger.ts';
import { VisitMarks } from './visit-marks.ts';
import { WriteQueue } from './write-queue.ts';

/** Counters of a disk store: calls since this store was opened, entries and bytes of all processes. */
export interface DiskStatistics extends TierStatistics {
  /** Bytes of keys and values held; `maxBytes` bounds them. */
  readonly memoryUsedBytes: number;
  /** Calls that failed. */
  readonly errors: number;
  /** Entries that were found and whose bytes are damaged or of an unknown version. */
  readonly rejected: number;
  /** Size of the file. */
  readonly fileBytes: number;
}

/**
 * The disk tier: bytes in a file of lmdb or SQLite that several processes may share. Whatever was set can be read by every
 * process when `setMany` resolves and survives the end of any process, SIGKILL included; after `flush` it survives a loss of
 * power too.
 *
 * @example
 * await using store = await DiskStore.open('/var/cache/app', { maxBytes: 10 * 1024 ** 3 });
 * await store.setMany([{ key: 'a', value: Uint8Array.of(1), expiresAt: Date.now() + 60_000 }]);
 * const [entry] = await store.getMany(['a']);
 */
export class DiskStore implements CacheStore<Uint8Array>, CounterStore {
  readonly name: string;
  readonly keeps = 'bytes';
  readonly keepOnOpen: boolean;
  /** What keeps the bytes: what was asked for, or `sqlite` where lmdb cannot be loaded. */
  readonly driver: 'lmdb' | 'sqlite';
  readonly maxBytes: number;
  readonly #database: DiskDatabase;
  readonly #readOnly: boolean;
  readonly #now: () => number;
  readonly #marks = new VisitMarks();
  readonly #ledger: Ledger;
  readonly #counters: Counters;
  readonly #writes: WriteQueue;
  #hits = 0;
  #misses = 0;
  #errors = 0;
  #rejected = 0;
  #held = { entries: 0, memoryUsedBytes: 0, fileBytes: 0 };
  #closed: Promise<void> | undefined;

  private constructor(database: DiskDatabase, options: ResolvedDiskStoreOptions) {
    const { name, keepOnOpen, maxBytes, readOnly, now } = options;
    this.name = name;
    this.keepOnOpen = keepOnOpen;
    this.driver = database.driver;
    this.maxBytes = maxBytes;
    this.#database = database;
    this.#readOnly = readOnly;
    this.#now = now;
    this.#ledger = new Ledger(database, { maxBytes, now, marks: this.#marks });
    this.#counters = new Counters(database, now);
    this.#writes = new WriteQueue(database);
  }

  /**
   * Opens the store in `folder`, which is made when missing. Several processes may open one folder. A damaged or foreign file is
   * moved aside as `<name>.damaged`, and the store begins empty. What cannot be opened: `ERR_PERF_OPEN_FAILED`.
   */
  static async open(folder: string, options: DiskStoreOptions = {}): Promise<DiskStore> {
    const resolved = resolveOptions(options);
    return new DiskStore(await openDatabase(folder, resolved), resolved);
  }

  /** After it was disposed, and while a compaction replaces the file: as they were last. */
  get statistics(): DiskStatistics {
    if (this.#closed === undefined && this.#database.replacing === undefined)
      this.#held = this.#reading('count', () => this.#count());
    return {
      name: this.name,
      requests: this.#hits + this.#misses,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#ledger.evictions,
      ...this.#held,
      errors: this.#errors,
      rejected: this.#rejected,
    };
  }

  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<Uint8Array> | undefined)[]> {
    this.#check(options, 'the read');
    if (this.#database.replacing !== undefined) await this.#database.replacing;
    return this.#reading('read', () => {
      const now = this.#now();
      return keys.map((key) => this.#get(key, now));
    });
  }

  /** One transaction with all other writes of this turn. */
  async setMany(entries: readonly StoreEntry<Uint8Array>[], options?: StoreOptions): Promise<void> {
    this.#checkWrite(options, 'the write');
    // The buffers are the caller's when this call returns to it; copied here, since the transaction comes later in this turn.
    const copies = entries.map(({ key, value, expiresAt }) => ({
      key: keyBytes(key),
      value: Buffer.from(value),
      expiresAt,
    }));
    await this.#change('write', () => {
      for (const { key, value, expiresAt } of copies) this.#ledger.put(key, value, expiresAt);
    });
  }

  async deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    this.#checkWrite(options, 'the delete');
    const stored = keys.map(keyBytes);
    await this.#change('delete', () => {
      for (const key of stored) this.#ledger.drop(key);
    });
  }

  async clear(prefix: string, options?: StoreOptions): Promise<void> {
    this.#checkWrite(options, 'the clear');
    await this.#change('clear', () => this.#ledger.dropPrefix(prefix));
  }

  /** A counter that does not exist begins, except in a read-only store: there it is the time, and another each time. */
  async generations(names: readonly string[], options?: StoreOptions): Promise<readonly number[]> {
    this.#check(options, 'the read of counters');
    if (this.#database.replacing !== undefined) await this.#database.replacing;
    const keys = names.map(keyBytes);
    const numbers = this.#reading('read counters', () => keys.map((key) => this.#counters.read(key)));
    if (numbers.every((number) => number !== undefined)) return numbers;
    if (this.#readOnly) return numbers.map((number) => number ?? this.#counters.first());
    return this.#commit('begin counters', () => keys.map((key) => this.#counters.readOrBegin(key)));
  }

  /** Resolves when the new numbers have reached the disk. */
  async bump(names: readonly string[], options?: StoreOptions): Promise<readonly number[]> {
    this.#checkWrite(options, 'the bump');
    const keys = names.map(keyBytes);
    const numbers = await this.#commit('bump counters', () => keys.map((key) => this.#counters.bump(key)));
    await this.#alone('flush', () => this.#database.flush());
    return numbers;
  }

  /** Resolves when all that was set, deleted, cleared or bumped by this store before has reached the disk. */
  async flush(): Promise<void> {
    this.#check(undefined, 'the flush');
    await this.#alone('flush', () => this.#database.flush());
  }

  /**
   * Writes the file anew without the room that entries left behind; writes wait meanwhile, reads only at its end. With lmdb only while no
   * other store has the folder open, else `ERR_PERF_UNSUPPORTED`.
   */
  async compact(): Promise<void> {
    this.#checkWrite(undefined, 'the compaction');
    await this.#alone('compact', () => this.#database.compact());
  }

  /** Waits for running writes, flushes and closes. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #get(key: string, now: number): StoreEntry<Uint8Array> | undefined {
    const bytes = this.#database.get('entries', keyView(key));
    const record = bytes === undefined ? undefined : decodeRecord(bytes);
    if (record === undefined || !(record.expiresAt > now)) {
      this.#misses++;
      if (bytes !== undefined && record === undefined) this.#rejected++;
      return undefined;
    }
    this.#hits++;
    this.#marks.add(record.sequence);
    return { key, value: record.value, expiresAt: record.expiresAt };
  }

  async #close(): Promise<void> {
    await this.#alone('close', () => {
      this.#held = this.#reading('count', () => this.#count());
      return this.#database.close();
    });
  }

  #count(): { entries: number; memoryUsedBytes: number; fileBytes: number } {
    const { entries, bytes } = this.#ledger.readState();
    return { entries, memoryUsedBytes: bytes, fileBytes: this.#database.fileBytes() };
  }

  #reading<T>(doing: string, work: () => T): T {
    try {
      this.#database.renew();
      return work();
    } catch (error) {
      throw this.#failed(doing, error);
    }
  }

  #change(doing: string, work: () => void): Promise<void> {
    return this.#commit(doing, () => this.#ledger.update(work));
  }

  async #commit<T>(doing: string, work: () => T): Promise<T> {
    try {
      return await this.#writes.run(work);
    } catch (error) {
      throw this.#failed(doing, error);
    }
  }

  /** After all writes before it, and beside none. */
  async #alone(doing: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.#writes.runAlone(work);
    } catch (error) {
      throw this.#failed(doing, error);
    }
  }

  #check(options: StoreOptions | undefined, doing: string): void {
    if (this.#closed !== undefined)
      throw new PerfError('ERR_PERF_DISPOSED', `the store ${this.name} was used after it was disposed`);
    throwIfAborted(options?.signal, doing);
  }

  #checkWrite(options: StoreOptions | undefined, doing: string): void {
    this.#check(options, doing);
    if (this.#readOnly)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `the store ${this.name} was opened for reading: ${doing} was refused`,
      );
  }

  #failed(doing: string, cause: unknown): PerfError {
    if (isPerfError(cause)) return cause;
    this.#errors++;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new PerfError('ERR_PERF_TIER_UNAVAILABLE', `the store ${this.name} could not ${doing}: ${why}`, {
      cause,
    });
  }
}
