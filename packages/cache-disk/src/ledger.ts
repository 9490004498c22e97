import type { DiskDatabase } from './database/disk-database.ts';
import { HEAD_BYTES, decodeHead, encodeRecord } from './entry-record.ts';
import type { LedgerState } from './index-rows.ts';
import {
  STATE_KEY,
  decodeOrderRow,
  decodeState,
  encodeOrderRow,
  encodeState,
  expiryIn,
  expiryKey,
  sequenceIn,
  sequenceKey,
} from './index-rows.ts';
import { prefixBytes } from './key-bytes.ts';
import type { VisitMarks } from './visit-marks.ts';

/** What a ledger needs to know. */
export interface LedgerOptions {
  readonly maxBytes: number;
  readonly now: () => number;
  /** What was read lately, and so is passed over once. */
  readonly marks: VisitMarks;
}

/** Keys read from a table at once. */
const BATCH = 32;

/** Expired entries dropped by a write that needs no room, so that none lies about for ever. */
const SWEPT_PER_WRITE = 128;

/** Entries passed over for one that leaves; then the next leaves although it was read. */
const MOST_PASSED = 1_000;

const ONE_BYTE = Buffer.of(0);

/**
 * Entries together with what they count for and in which order they leave. The order is SIEVE's (Zhang et al., "SIEVE is
 * Simpler than LRU", NSDI 2024): a hand walks from the oldest entry to the newest and round again, passes over what was read
 * since it last came by, and drops the rest; a read moves nothing on disk. Counts are stored in the transaction they change in,
 * so processes that share the file share them. Every change happens inside `update`.
 */
export class Ledger {
  readonly #database: DiskDatabase;
  readonly #options: LedgerOptions;
  #state: LedgerState = { entries: 0, bytes: 0, nextSequence: 1, hand: 0 };
  /** Entries dropped to make room, by this process. */
  evictions = 0;

  constructor(database: DiskDatabase, options: LedgerOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Counts as they are on disk now. */
  readState(): LedgerState {
    return decodeState(this.#database.get('state', STATE_KEY)) ?? this.#recount();
  }

  /** Drops what has expired, runs `work` on the counts on disk and writes them back. Inside a transaction only. */
  update(work: () => void): void {
    this.#state = this.readState();
    this.#sweep(SWEPT_PER_WRITE);
    work();
    this.#database.put('state', STATE_KEY, encodeState(this.#state));
  }

  /** Stores an entry in place of what was there, and makes room for it first. What is expired or too big is dropped. */
  put(key: Buffer, value: Uint8Array, expiresAt: number): void {
    this.drop(key);
    const cost = key.length + value.length;
    if (cost > this.#options.maxBytes || !(expiresAt > this.#options.now())) return;
    this.#makeRoom(cost);
    const sequence = this.#state.nextSequence++;
    this.#database.put('entries', key, encodeRecord(expiresAt, sequence, value));
    this.#database.put('written', sequenceKey(sequence), encodeOrderRow({ cost, expiresAt, key }));
    if (expiresAt !== Infinity) this.#database.put('expiries', expiryKey(expiresAt, sequence), ONE_BYTE);
    this.#options.marks.take(sequence);
    this.#state.entries++;
    this.#state.bytes += cost;
  }

  /** Drops the entry under `key`, if there is one. */
  drop(key: Buffer): void {
    const bytes = this.#database.head('entries', key, HEAD_BYTES);
    if (bytes === undefined) return;
    this.#database.remove('entries', key);
    const head = decodeHead(bytes);
    // Where the head is damaged, the hand finds the row when it comes by.
    if (head !== undefined) this.#forget(sequenceKey(head.sequence), key);
  }

  /** Drops every entry whose key begins with `prefix`. */
  dropPrefix(prefix: string): void {
    if (prefix === '') return this.#dropAll();
    for (const beginning of prefixBytes(prefix)) {
      let keys = this.#keysUnder(beginning);
      while (keys.length > 0) {
        for (const key of keys) this.drop(key);
        keys = this.#keysUnder(beginning);
      }
    }
  }

  #keysUnder(beginning: Buffer): Buffer[] {
    const keys = this.#database.keysFrom('entries', beginning, BATCH);
    return keys.filter((key) => key.subarray(0, beginning.length).equals(beginning));
  }

  #dropAll(): void {
    for (const table of ['entries', 'written', 'expiries'] as const) this.#database.clear(table);
    this.#state = { entries: 0, bytes: 0, nextSequence: this.#state.nextSequence, hand: 0 };
  }

  /** Drops entries, expired ones first, until `cost` more fits. */
  #makeRoom(cost: number): void {
    const most = this.#options.maxBytes - cost;
    while (this.#state.bytes > most && this.#sweep(BATCH) > 0);
    let passed = 0;
    while (this.#state.bytes > most) {
      const keys = this.#database.keysFrom('written', sequenceKey(this.#state.hand), BATCH);
      if (keys.length === 0) {
        if (this.#state.hand === 0) return;
        this.#state.hand = 0;
      }
      for (const key of keys) {
        if (this.#state.bytes <= most) return;
        const sequence = sequenceIn(key);
        this.#state.hand = sequence + 1;
        if (this.#options.marks.take(sequence) && passed++ < MOST_PASSED) continue;
        passed = 0;
        this.#dropRow(key);
        this.evictions++;
      }
    }
  }

  /** Drops up to `limit` entries whose time has come. @returns how many */
  #sweep(limit: number): number {
    const now = this.#options.now();
    for (let dropped = 0; dropped < limit;) {
      const keys = this.#database.keysFrom('expiries', expiryKey(0, 0), BATCH);
      for (const key of keys) {
        if (expiryIn(key) > now) return dropped;
        this.#dropRow(sequenceKey(sequenceIn(key)));
        this.#database.remove('expiries', key);
        dropped++;
      }
      if (keys.length < BATCH) return dropped;
    }
    return limit;
  }

  /** Drops the entry that a row of the order stands for. */
  #dropRow(rowKey: Buffer): void {
    const key = this.#forget(rowKey);
    if (key !== undefined) this.#database.remove('entries', key);
  }

  /**
   * Removes a row of the order with its row of the expiries, and no longer counts the entry. Gives its key.
   * @param expected leaves a row that belongs to another key
   */
  #forget(rowKey: Buffer, expected?: Buffer): Buffer | undefined {
    const bytes = this.#database.get('written', rowKey);
    if (bytes === undefined) return undefined;
    const row = decodeOrderRow(bytes);
    if (expected !== undefined && !row.key.equals(expected)) return undefined;
    this.#database.remove('written', rowKey);
    if (row.expiresAt !== Infinity)
      this.#database.remove('expiries', expiryKey(row.expiresAt, sequenceIn(rowKey)));
    this.#state.entries--;
    this.#state.bytes -= row.cost;
    return row.key;
  }

  /** The counts anew from the rows, for a file that has none or damaged ones. */
  #recount(): LedgerState {
    const state = { entries: 0, bytes: 0, nextSequence: 1, hand: 0 };
    for (;;) {
      const keys = this.#database.keysFrom('written', sequenceKey(state.nextSequence), BATCH);
      for (const key of keys) {
        const bytes = this.#database.get('written', key);
        state.entries++;
        state.bytes += bytes === undefined ? 0 : decodeOrderRow(bytes).cost;
        state.nextSequence = sequenceIn(key) + 1;
      }
      if (keys.length < BATCH) return state;
    }
  }
}
