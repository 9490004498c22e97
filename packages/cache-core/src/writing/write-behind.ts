import type { EntryOptions } from '@perf/contracts';
import { PerfError, orAborted } from '@perf/contracts';
import type { After } from '../timer.ts';
import { realAfter } from '../timer.ts';
import { WriteJournal } from './write-journal.ts';
import type { PendingWrite } from './write-journal.ts';
import type { WritableCache } from './write-through.ts';

/** How writes are gathered and handed to the source. */
export interface WriteBehindOptions<T> {
  readonly cache: WritableCache;
  /** Writes a batch to the source, each key once. What rejects is tried again, whole. */
  readonly write: (batch: ReadonlyMap<string, T>) => Promise<unknown>;
  /** Most keys of a batch. @default 100 */
  readonly maxBatch?: number;
  /** Longest time in ms a write waits for others. @default 1000 */
  readonly maxDelayMs?: number;
  /** Most keys that may wait; a set of a further one waits until there is room. @default 10,000 */
  readonly maxPending?: number;
  /** Ms before a failed batch is tried again. @default 1000 */
  readonly retryMs?: number;
  /** File in which pending writes survive the process. @default none: they are lost with it */
  readonly journal?: string;
  /** Told of every failed batch. @default a process warning */
  readonly onError?: (error: unknown) => void;
  /** Source of timers. @default Node's */
  readonly after?: After;
}

/**
 * Sets that reach the cache at once and the source a little later, in batches; of several sets of one key the source gets the last. For
 * what may lag, as counters and last-seen times: until it is written, a load from the source gives the older value (see `pending`).
 *
 * @example
 * await using seen = await WriteBehind.open({ cache, write: (batch) => database.saveLastSeen(batch) });
 * await seen.set(`seen:${user}`, Date.now());
 */
export class WriteBehind<T> implements AsyncDisposable {
  readonly #options: Required<Omit<WriteBehindOptions<T>, 'journal'>>;
  readonly #journal: WriteJournal | undefined;
  readonly #pending = new Map<string, T>();
  #timer: { cancel(): void } | undefined;
  #writing: Promise<void> | undefined;
  #room = Promise.withResolvers<void>();
  #disposed = false;

  private constructor(
    options: WriteBehindOptions<T>,
    journal: WriteJournal | undefined,
    found: readonly PendingWrite[],
  ) {
    this.#options = {
      maxBatch: 100,
      maxDelayMs: 1000,
      maxPending: 10_000,
      retryMs: 1000,
      after: realAfter,
      onError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
      ...options,
    };
    this.#journal = journal;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the journal holds is what was set
    for (const { key, value } of found) this.#pending.set(key, value as T);
    if (found.length > 0) this.#schedule(0);
  }

  /** Opens the journal, if there is one, and begins with the writes it holds. */
  static async open<T>(options: WriteBehindOptions<T>): Promise<WriteBehind<T>> {
    for (const name of ['maxBatch', 'maxPending', 'maxDelayMs', 'retryMs'] as const)
      if (options[name] !== undefined && !(options[name] > 0))
        throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be above 0, got ${options[name]}`);
    if (options.journal === undefined) return new WriteBehind(options, undefined, []);
    const { journal, pending } = await WriteJournal.open(options.journal);
    return new WriteBehind(options, journal, pending);
  }

  /** Keys that the source has not got yet, with their values: give these in a load before asking the source. */
  get pending(): ReadonlyMap<string, T> {
    return this.#pending;
  }

  /** Resolves when the cache has the value and, with a journal, the disk: then it will reach the source. Waits while too many wait. */
  async set(key: string, value: T, options: EntryOptions = {}): Promise<void> {
    while (this.#pending.size >= this.#options.maxPending && !this.#pending.has(key)) {
      this.#check();
      await orAborted(this.#room.promise, options.signal, 'a write that waits for room');
    }
    this.#check();
    this.#pending.set(key, value);
    try {
      await this.#journal?.append({ key, value });
    } catch (error) {
      // Not acknowledged: it must not be written later, unless a newer one took its place.
      if (Object.is(this.#pending.get(key), value)) this.#pending.delete(key);
      throw error;
    }
    this.#schedule(this.#pending.size >= this.#options.maxBatch ? 0 : this.#options.maxDelayMs);
    await this.#options.cache.set(key, value, options);
  }

  /** Resolves when all that was set before has been written; rejects with the error of the source when a batch fails. */
  async flush(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    while (this.#pending.size > 0) await this.#writeBatch();
  }

  /** Flushes. When the source fails, what is left is told in the error, and kept in the journal if there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#timer?.cancel();
    this.#room.resolve();
    try {
      await this.flush();
    } catch (cause) {
      throw new PerfError('ERR_PERF_SINK_FAILED', `${this.#pending.size} writes did not reach the source`, {
        cause,
      });
    } finally {
      await this.#journal?.[Symbol.asyncDispose]();
    }
  }

  #schedule(ms: number): void {
    if (this.#disposed || this.#writing !== undefined) return;
    if (ms === 0) this.#timer?.cancel();
    else if (this.#timer !== undefined) return;
    this.#timer = this.#options.after(ms, () => {
      this.#timer = undefined;
      this.#writeBatch().catch((error: unknown) => {
        this.#options.onError(error);
        this.#schedule(this.#options.retryMs);
      });
    });
  }

  /** One batch at a time, so that writes of one key reach the source in their order. */
  async #writeBatch(): Promise<void> {
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
    if (this.#pending.size > 0)
      this.#schedule(this.#pending.size >= this.#options.maxBatch ? 0 : this.#options.maxDelayMs);
  }

  async #write(): Promise<void> {
    const batch = new Map<string, T>();
    for (const [key, value] of this.#pending) {
      if (batch.size === this.#options.maxBatch) break;
      batch.set(key, value);
    }
    if (batch.size === 0) return;
    await this.#options.write(batch);
    for (const [key, value] of batch) if (Object.is(this.#pending.get(key), value)) this.#pending.delete(key);
    if (this.#pending.size === 0) await this.#journal?.reset();
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }

  #check(): void {
    if (this.#disposed)
      throw new PerfError('ERR_PERF_DISPOSED', 'a write was made after the writer was disposed');
  }
}
