import { PerfError } from '@perf/contracts';
import { checkCount, checkNumber } from './check-number.ts';
import type { After, Timer } from './timer.ts';
import { realAfter } from './timer.ts';

/** When a batch is full, and how much may wait. */
export interface BatcherOptions {
  /** Items in a batch at most. @default 100 */
  readonly maxItems?: number;
  /** Longest that the first item of a batch waits for others. @default 500 ms */
  readonly maxWaitMs?: number;
  /** Items that wait at most, over all batches; the next one gets `ERR_PERF_OVERLOADED`. @default 10,000 */
  readonly maxPending?: number;
  /** Timers. @default those of Node */
  readonly after?: After;
}

interface Entry<T, R> {
  readonly item: T;
  readonly settle: PromiseWithResolvers<R>;
}

/**
 * Does many small things as few big ones: items are handed to `run` in batches of up to `maxItems`, at most `maxWaitMs` after the first
 * came, in the order they were added, each exactly once, one batch after the other. Disposing it does what is left.
 *
 * @example
 * const inserts = new Batcher((rows: readonly Row[]) => database.insert(rows));
 * const id = await inserts.add(row);
 */
export class Batcher<T, R> implements AsyncDisposable {
  readonly #run: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #maxItems: number;
  readonly #maxWaitMs: number;
  readonly #maxPending: number;
  readonly #after: After;
  #pending: Entry<T, R>[] = [];
  #inWork = 0;
  #timer: Timer | undefined;
  #isDue = false;
  #working: Promise<void> | undefined;
  #isDisposed = false;

  /** @param run gives one result for each item, in order; when it fails, all items of its batch fail with its error */
  constructor(run: (items: readonly T[]) => Promise<readonly R[]>, options: BatcherOptions = {}) {
    const { maxItems = 100, maxWaitMs = 500, after = realAfter } = options;
    this.#run = run;
    this.#maxItems = checkCount('maxItems', maxItems, 1);
    this.#maxWaitMs = checkNumber('maxWaitMs', maxWaitMs, { atLeast: 0 });
    this.#maxPending = checkCount(
      'maxPending',
      options.maxPending ?? Math.max(10_000, maxItems),
      maxItems,
      true,
    );
    this.#after = after;
  }

  /** Items that were added and are not done. */
  get pending(): number {
    return this.#pending.length + this.#inWork;
  }

  /** Adds an item and gives its result. `ERR_PERF_OVERLOADED` when too many wait, `ERR_PERF_DISPOSED` after the end. */
  add(item: T): Promise<R> {
    if (this.#isDisposed)
      return Promise.reject(new PerfError('ERR_PERF_DISPOSED', 'the batcher is disposed'));
    if (this.pending >= this.#maxPending)
      return Promise.reject(new PerfError('ERR_PERF_OVERLOADED', `${this.pending} items wait already`));
    const settle = Promise.withResolvers<R>();
    this.#pending.push({ item, settle });
    if (this.#pending.length >= this.#maxItems) this.#start();
    else this.#timer ??= this.#after(this.#maxWaitMs, () => this.#becomeDue());
    return settle.promise;
  }

  /** Does at once what was added so far, and resolves when it is done. Failures are those of `add`. */
  async flush(): Promise<void> {
    if (this.#pending.length > 0) this.#becomeDue();
    await this.#working;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.flush();
  }

  #becomeDue(): void {
    this.#isDue = true;
    this.#start();
  }

  #start(): void {
    this.#working ??= this.#work();
  }

  /** Runs batches for as long as one is full or due. */
  async #work(): Promise<void> {
    // Not within `add`: what `run` calls may add too.
    await Promise.resolve();
    while (this.#pending.length >= this.#maxItems || (this.#isDue && this.#pending.length > 0)) {
      const batch = this.#pending.splice(0, this.#maxItems);
      if (this.#pending.length === 0) this.#rest();
      this.#inWork = batch.length;
      await this.#runBatch(batch);
      this.#inWork = 0;
    }
    this.#working = undefined;
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isDue = false;
  }

  async #runBatch(batch: readonly Entry<T, R>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        const text = `a batch of ${batch.length} items gave ${results.length} results`;
        throw new PerfError('ERR_PERF_INVALID_VALUE', text);
      }
      for (const [i, result] of results.entries()) batch[i]?.settle.resolve(result);
    } catch (error) {
      for (const { settle } of batch) settle.reject(error);
    }
  }
}
