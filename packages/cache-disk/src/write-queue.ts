import type { DiskDatabase } from './database/disk-database.ts';

/** What waits for its turn. */
interface Job {
  /** A write, inside a transaction; or work that no write may run beside. */
  readonly work: (() => void) | (() => Promise<void>);
  readonly isAlone: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does writes one transaction after another. Those that come in one turn, or while a transaction runs, share the next. When that
 * fails, each is tried alone, so none fails for another.
 */
export class WriteQueue {
  readonly #database: DiskDatabase;
  #jobs: Job[] = [];
  #isRunning = false;

  constructor(database: DiskDatabase) {
    this.#database = database;
  }

  /** Resolves with what `work` gave, when it is committed. It may run twice; the first is undone then. */
  async run<T>(work: () => T): Promise<T> {
    let result: { readonly value: T } | undefined;
    await this.#enqueue(() => void (result = { value: work() }), false);
    if (result === undefined) throw new Error('a transaction was committed without its work');
    return result.value;
  }

  /** Runs `work` when all writes before it are committed; later ones wait for it. */
  runAlone(work: () => Promise<void>): Promise<void> {
    return this.#enqueue(work, true);
  }

  #enqueue(work: Job['work'], isAlone: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ work, isAlone, resolve, reject });
      if (!this.#isRunning) void this.#drain();
    });
  }

  /** Never rejects: every job hears of its own failure. */
  async #drain(): Promise<void> {
    this.#isRunning = true;
    // Whoever writes in the same turn joins the first transaction.
    await Promise.resolve();
    while (this.#jobs.length > 0) {
      const next = this.#jobs.findIndex(({ isAlone }) => isAlone);
      if (next === 0) await settle(this.#jobs.splice(0, 1), async ([job]) => job?.work());
      else await this.#commit(this.#jobs.splice(0, next === -1 ? this.#jobs.length : next));
    }
    this.#isRunning = false;
  }

  async #commit(writes: readonly Job[]): Promise<void> {
    try {
      await this.#transact(writes);
      for (const { resolve } of writes) resolve();
    } catch (error) {
      if (writes.length === 1) return writes[0]?.reject(error);
      for (const write of writes) await settle([write], (alone) => this.#transact(alone));
    }
  }

  #transact(writes: readonly Job[]): Promise<void> {
    return this.#database.transact(() => {
      for (const { work } of writes) void work();
    });
  }
}

async function settle(jobs: readonly Job[], work: (jobs: readonly Job[]) => Promise<void>): Promise<void> {
  try {
    await work(jobs);
    for (const { resolve } of jobs) resolve();
  } catch (error) {
    for (const { reject } of jobs) reject(error);
  }
}
