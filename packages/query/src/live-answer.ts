import type { Batch, Schema } from '@perf/contracts';
import { PerfError, batchLength, throwIfAborted } from '@perf/contracts';
import type { StartedAnswer, WholeAnswer } from './collect.ts';
import type { AnswerInfo, AnswerStream } from './query-answer.ts';

/** Told once when a stream has ended, with the rows it gave and the error that ended it. */
export type AnswerEnded = (rows: number, error: unknown) => void;

/** An answer as a stream: what was read already, then the rest as it comes. An abort stops the statement even before a first read. */
export class LiveAnswer implements AnswerStream {
  readonly info: AnswerInfo;
  readonly schema: Schema;
  readonly #read: readonly Batch[];
  readonly #coming: StartedAnswer | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #ended: AnswerEnded;
  readonly #stop: () => void;
  #taken = false;

  constructor(
    info: AnswerInfo,
    answer: WholeAnswer | StartedAnswer,
    signal: AbortSignal | undefined,
    ended: AnswerEnded,
  ) {
    this.info = info;
    this.schema = answer.schema;
    this.#read = 'batches' in answer ? answer.batches : answer.read;
    this.#coming = 'batches' in answer ? undefined : answer;
    this.#signal = signal;
    this.#ended = ended;
    this.#stop = () => {
      this.#coming?.stop(signal?.reason);
      // Nobody reads yet: end it here. A reader in the loop ends it on the way out.
      if (!this.#taken) this.#coming?.end().catch(ignoreStopped);
    };
    if (this.#coming !== undefined) signal?.addEventListener('abort', this.#stop, { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#taken)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'an answer stream is read once; ask the query again');
    this.#taken = true;
    let rows = 0;
    let failure: unknown;
    try {
      for await (const batch of this.#batches()) {
        rows += batchLength(batch);
        yield batch;
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#end();
      this.#ended(rows, failure);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#taken = true;
    this.#coming?.stop(undefined);
    await this.#end();
  }

  async *#batches(): AsyncGenerator<Batch, void, undefined> {
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
  }

  async #end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop);
    await this.#coming?.end();
  }
}

/** The statement was stopped on purpose; what it says of that is for nobody. */
function ignoreStopped(): void {}
