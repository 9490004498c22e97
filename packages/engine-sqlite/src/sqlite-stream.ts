import type { Batch, ColumnBatch, ResultStream, Schema } from '@perf/contracts';
import { PerfError, orAborted, throwIfAborted, toRows } from '@perf/contracts';
import type { WorkerHost } from './worker-host.ts';
import type { WorkerBatch } from './worker-messages.ts';

/** What a stream needs to go on and to end. */
export interface StreamUse {
  readonly host: WorkerHost;
  /** Id of the stream in its worker. */
  readonly id: number;
  readonly shape: 'rows' | 'columns';
  readonly signal: AbortSignal | undefined;
  /** Called once at the end. `idle` says that the worker is inside no statement. */
  readonly release: (idle: boolean) => void;
}

/** The batches of one running statement; the worker reads the next one when it is asked for. */
export class SqliteStream implements ResultStream {
  readonly schema: Schema;
  readonly #use: StreamUse;
  #batch: WorkerBatch | undefined;
  #started = false;
  #released = false;
  #done = false;

  constructor(schema: Schema, first: WorkerBatch, use: StreamUse) {
    this.schema = schema;
    this.#batch = first;
    this.#done = first.done;
    this.#use = use;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#started)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'a result stream is read once; execute the statement again',
      );
    this.#started = true;
    try {
      while (this.#batch !== undefined) {
        const { length, columns, done } = this.#batch;
        this.#batch = undefined;
        const batch: ColumnBatch = { kind: 'columns', schema: this.schema, length, columns };
        if (length > 0) yield this.#use.shape === 'rows' ? toRows(batch) : batch;
        throwIfAborted(this.#use.signal, 'the statement');
        if (!done) this.#batch = await this.#next();
      }
    } finally {
      await this.#release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#started = true;
    await this.#release();
  }

  async #next(): Promise<WorkerBatch | undefined> {
    const { host, id, signal } = this.#use;
    if (this.#released) throw new PerfError('ERR_PERF_DISPOSED', 'the result stream was disposed');
    try {
      const { batch } = await orAborted(host.ask({ op: 'next', stream: id }), signal, 'the statement');
      this.#done = batch?.done ?? true;
      return batch;
    } catch (error) {
      // An abort leaves the worker inside the statement; any other error has ended the stream there.
      this.#done = signal?.aborted !== true;
      throw error;
    }
  }

  async #release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    const { host, id, signal, release } = this.#use;
    const aborted = signal?.aborted === true;
    if (!this.#done) {
      const closed = host.ask({ op: 'close', stream: id }).catch(ignoreEnded);
      if (!aborted) await closed;
    }
    release(this.#done || !aborted);
  }
}

/** A worker that has ended, with the engine or by an abort, has closed its streams. */
function ignoreEnded(): void {}
