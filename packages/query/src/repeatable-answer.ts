import type { Batch, RepeatableSource, ResultStream, Schema } from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import type { AnswerCursor } from './cursor.ts';
import { scalarsOf } from './cursor.ts';

/** What a repeatable answer knows besides its rows. */
export interface RepeatableAnswerParts {
  readonly fingerprint: string;
  /** Places of the columns of the order. */
  readonly keys: readonly number[];
  /** Rows of the whole answer before the first of this one. */
  readonly rows: number;
}

/** An engine's answer in a total order. Read once; disposing it cancels the statement. */
export class RepeatableAnswer implements RepeatableSource, AsyncDisposable {
  readonly schema: Schema;
  readonly fingerprint: string;
  readonly #stream: ResultStream;
  readonly #keys: readonly number[];
  /** How many rows of the whole came before each batch. */
  readonly #before = new WeakMap<Batch, number>();
  #rows: number;

  constructor(stream: ResultStream, { fingerprint, keys, rows }: RepeatableAnswerParts) {
    this.schema = stream.schema;
    this.fingerprint = fingerprint;
    this.#stream = stream;
    this.#keys = keys;
    this.#rows = rows;
  }

  cursorAfter(batch: Batch, index: number): AnswerCursor {
    const before = this.#before.get(batch);
    if (before === undefined)
      throw new PerfError('ERR_PERF_SOURCE_FAILED', 'the batch is none of this answer');
    return { after: scalarsOf(this.schema, batch, index, this.#keys), rows: before + index + 1 };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of this.#stream) {
      this.#before.set(batch, this.#rows);
      this.#rows += batchLength(batch);
      yield batch;
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#stream[Symbol.asyncDispose]();
  }
}
