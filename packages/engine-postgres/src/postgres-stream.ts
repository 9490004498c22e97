import type { Batch, ResultStream, Schema } from '@perf/contracts';
import { PerfError, abortError, orAborted, throwIfAborted } from '@perf/contracts';
import type { AnswerReader } from './answer-reader.ts';
import { engineFailed } from './server-error.ts';
import type { Session } from './session.ts';

/** What a stream needs. */
export interface StreamUse {
  readonly session: Session;
  readonly reader: AnswerReader;
  readonly signal: AbortSignal | undefined;
  /** Called once, when the client is back in the pool. */
  readonly ended: () => void;
}

/** The batches of one running statement. */
export class PostgresStream implements ResultStream {
  readonly schema: Schema;
  readonly #use: StreamUse;
  #started = false;
  #disposed = false;

  constructor(use: StreamUse) {
    this.#use = use;
    this.schema = use.reader.schema;
    use.signal?.addEventListener('abort', this.#abort, { once: true });
    void use.session.left.then(use.ended);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#started && !this.#disposed)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'a result stream is read once; execute the statement again',
      );
    this.#started = true;
    const { session, reader, signal } = this.#use;
    try {
      for (;;) {
        throwIfAborted(signal, 'the statement');
        if (session.query.isDiscarded || this.#disposed) throw disposed();
        const rows = await this.#next();
        if (rows === undefined) break;
        yield reader.batch(rows);
      }
      // A statement that was told to stop just when it had ended anyway has lost rows.
      throwIfAborted(signal, 'the statement');
      if (session.query.isDiscarded) throw disposed();
      session.assertLeftNothing();
    } finally {
      await this.#release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#release();
  }

  async #next(): ReturnType<Session['query']['next']> {
    const { session, signal } = this.#use;
    try {
      return await orAborted(session.query.next(), signal, 'the statement');
    } catch (cause) {
      if (signal?.aborted === true) throw abortError(signal, 'the statement');
      if (session.query.isDiscarded) throw disposed();
      throw engineFailed(cause);
    }
  }

  readonly #abort = (): void => void this.#release();

  async #release(): Promise<void> {
    const { session, signal } = this.#use;
    signal?.removeEventListener('abort', this.#abort);
    const leaving = session.leave();
    // Who aborts does not wait for the server.
    if (signal?.aborted !== true) await leaving;
  }
}

function disposed(): PerfError {
  return new PerfError('ERR_PERF_DISPOSED', 'the result stream or its Postgres engine was disposed');
}
