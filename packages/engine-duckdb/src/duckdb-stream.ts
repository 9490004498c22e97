import type { Batch, ColumnBatch, Field, ResultStream, Schema } from '@perf/contracts';
import { PerfError, abortError, throwIfAborted, toRows } from '@perf/contracts';
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { sliceBatch } from './column-slice.ts';
import { dataTypeOf } from './duckdb-types.ts';
import { columnOfVector } from './vector-column.ts';

/** What a stream needs besides the driver's result. */
export interface StreamUse {
  readonly shape: 'rows' | 'columns';
  readonly batchRows: number;
  readonly signal: AbortSignal | undefined;
  /** Called once, when nothing more will be read. `clean` says whether the result was read to its end. */
  readonly release: (clean: boolean) => void;
}

/** The batches of one running statement: one driver chunk at a time, fetched when asked for. */
export class DuckDbStream implements ResultStream {
  readonly schema: Schema;
  readonly #result: DuckDBResult;
  readonly #use: StreamUse;
  #released = false;
  #started = false;

  constructor(result: DuckDBResult, use: StreamUse) {
    this.#result = result;
    this.#use = use;
    this.schema = {
      fields: result
        .columnTypes()
        .map((type, i): Field => ({ name: result.columnName(i), type: dataTypeOf(type), nullable: true })),
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#started)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'a result stream is read once; execute the statement again',
      );
    this.#started = true;
    const { shape, batchRows } = this.#use;
    try {
      for (;;) {
        const chunk = await this.#fetch();
        if (chunk === null || chunk.rowCount === 0) break;
        for (const batch of sliceBatch(this.#columns(chunk), batchRows))
          yield shape === 'rows' ? toRows(batch) : batch;
      }
      this.#release(true);
    } finally {
      this.#release(false);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#started = true;
    this.#release(false);
  }

  async #fetch(): Promise<DuckDBDataChunk | null> {
    const { signal } = this.#use;
    throwIfAborted(signal, 'the statement');
    if (this.#released)
      throw new PerfError('ERR_PERF_DISPOSED', 'the result stream or its DuckDB engine was disposed');
    try {
      return await this.#result.fetchChunk();
    } catch (cause) {
      if (signal?.aborted === true) throw abortError(signal, 'the statement');
      throw new PerfError('ERR_PERF_ENGINE_FAILED', 'DuckDB failed while it ran the statement', { cause });
    }
  }

  #columns(chunk: DuckDBDataChunk): ColumnBatch {
    const columns = this.schema.fields.map((field, i) =>
      columnOfVector(field.type, chunk.getColumnVector(i)),
    );
    return { kind: 'columns', schema: this.schema, length: chunk.rowCount, columns };
  }

  #release(clean: boolean): void {
    if (this.#released) return;
    this.#released = true;
    this.#use.release(clean);
  }
}
