import type { Batch, Schema } from '@perf/contracts';
import { PerfError, throwIfAborted } from '@perf/contracts';
import type { StartedAnswer, WholeAnswer } from './collect.ts';
import type { AnswerInfo, AnswerStream } from './query-answer.ts';

/** An answer as a stream: what was read already, then the rest as it comes. */
export class LiveAnswer implements AnswerStream {
  readonly info: AnswerInfo;
  readonly schema: Schema;
  readonly #read: readonly Batch[];
  readonly #coming: StartedAnswer | undefined;
  readonly #signal: AbortSignal | undefined;
  #taken = false;

  constructor(info: AnswerInfo, answer: WholeAnswer | StartedAnswer, signal: AbortSignal | undefined) {
    this.info = info;
    this.schema = answer.schema;
    this.#read = 'batches' in answer ? answer.batches : answer.read;
    this.#coming = 'batches' in answer ? undefined : answer;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#taken)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'an answer stream is read once; ask the query again');
    this.#taken = true;
    const stop = (): void => this.#coming?.stop(this.#signal?.reason);
    this.#signal?.addEventListener('abort', stop, { once: true });
    try {
      for (const batch of this.#read) {
        throwIfAborted(this.#signal, 'the query');
        yield batch;
      }
      while (this.#coming !== undefined) {
        throwIfAborted(this.#signal, 'the query');
        const next = await this.#coming.rest.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      this.#signal?.removeEventListener('abort', stop);
      await this.#coming?.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#taken = true;
    await this.#coming?.end();
  }
}
