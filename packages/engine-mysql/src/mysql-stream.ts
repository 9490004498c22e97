import type { Batch, ColumnBatch, ResultStream, Schema } from '@perf/contracts';
import { PerfError, columnOf } from '@perf/contracts';
import type { RowFeed, Rows } from './row-feed.ts';

/** What a stream needs besides its rows. */
export interface StreamUse {
  readonly feed: RowFeed;
  readonly shape: 'rows' | 'columns';
  /** Puts what ended a statement in the project's terms. */
  readonly described: (error: unknown) => unknown;
  /** Called at the end, however it came; gives the connection back, or ends what it still runs. */
  readonly release: () => Promise<void>;
}

/** The batches of one running statement; the server sends the next one when it is asked for. */
export class MysqlStream implements ResultStream {
  readonly schema: Schema;
  readonly #use: StreamUse;
  #started = false;

  constructor(schema: Schema, use: StreamUse) {
    this.schema = schema;
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
      for (;;) {
        const rows = await this.#next();
        if (rows === undefined) break;
        yield this.#use.shape === 'rows'
          ? { kind: 'rows', layout: 'arrays', schema: this.schema, rows }
          : columnsOf(this.schema, rows);
      }
    } finally {
      await this.#use.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#started = true;
    await this.#use.release();
  }

  async #next(): Promise<Rows | undefined> {
    try {
      return await this.#use.feed.next();
    } catch (error) {
      throw this.#use.described(error);
    }
  }
}

function columnsOf(schema: Schema, rows: Rows): ColumnBatch {
  const columns = schema.fields.map((field, i) =>
    columnOf(
      field,
      rows.map((row) => row[i]),
    ),
  );
  return { kind: 'columns', schema, length: rows.length, columns };
}
