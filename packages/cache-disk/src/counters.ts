import type { DiskDatabase } from './database/disk-database.ts';

/** Counters in a table of their own, which nothing but a lost file empties. */
export class Counters {
  readonly #database: DiskDatabase;
  readonly #now: () => number;

  /** @param now epoch ms */
  constructor(database: DiskDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** The number under `key`; undefined where there is none yet. */
  read(key: Buffer): number | undefined {
    const bytes = this.#database.get('counters', key);
    const number = bytes?.length === 8 ? bytes.readDoubleLE(0) : Number.NaN;
    return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
  }

  /** The number of a counter that begins now: the time in µs, so that one that was lost never repeats. */
  first(): number {
    return Math.floor(this.#now() * 1_000);
  }

  /** The number under `key`, which begins when there is none. Inside a transaction only. */
  readOrBegin(key: Buffer): number {
    return this.read(key) ?? this.#write(key, this.first());
  }

  /** Raises the counter above every number it had. Inside a transaction only. */
  bump(key: Buffer): number {
    return this.#write(key, Math.max((this.read(key) ?? 0) + 1, this.first()));
  }

  #write(key: Buffer, number: number): number {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(number);
    this.#database.put('counters', key, bytes);
    return number;
  }
}
