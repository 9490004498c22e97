import type { Batch, BatchSource, Schema } from '@perf/contracts';
import { batchLength, sliceBatch } from '@perf/contracts';

/** The last row that a feed has given. */
export interface FeedRow {
  readonly batch: Batch;
  readonly index: number;
}

/** Hands the rows of one source out in stretches. */
export class BatchFeed {
  /** The last row given so far; undefined before the first. */
  last: FeedRow | undefined;
  readonly #schema: Schema;
  readonly #iterator: AsyncIterator<Batch>;
  #batch: Batch | undefined;
  #from = 0;
  #isOver = false;

  constructor(source: BatchSource) {
    this.#schema = source.schema;
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Whether there are rows left. Reads ahead a batch at most. */
  async hasMore(): Promise<boolean> {
    while (this.#batch === undefined || this.#from >= batchLength(this.#batch)) {
      if (this.#isOver) return false;
      const step = await this.#iterator.next();
      this.#batch = step.done === true ? undefined : step.value;
      this.#isOver = step.done === true;
      this.#from = 0;
    }
    return true;
  }

  /** A source of the next `rows` rows, or as many as are left. Read one at a time, to its end. */
  next(rows: number): BatchSource {
    return {
      schema: this.#schema,
      [Symbol.asyncIterator]: () => this.#stretch(rows),
    };
  }

  /** Tells the source that nobody reads on. Safe at any time. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#iterator.return?.();
  }

  async *#stretch(rows: number): AsyncGenerator<Batch> {
    let left = rows;
    while (left > 0 && (await this.hasMore())) {
      const batch = this.#batch;
      if (batch === undefined) return;
      const from = this.#from;
      const to = Math.min(batchLength(batch), from + left);
      left -= to - from;
      this.#from = to;
      this.last = { batch, index: to - 1 };
      yield sliceBatch(batch, from, to);
    }
  }
}
