import type { Batch, ColumnBatch, DataType, Field, ResultStream, Schema } from '@perf/contracts';
import { PerfError, abortError, sliceBatch, throwIfAborted, toRows } from '@perf/contracts';
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { ResultReturnType } from '@duckdb/node-api';
import { dataTypeOf } from './duckdb-types.ts';
import type { PooledConnection } from './pooled-connection.ts';
import { columnOfVector } from './vector-column.ts';

/** What a stream needs besides the driver's result. */
export interface StreamUse {
  readonly connection: PooledConnection;
  /** Fields as the statement's author knows them: the driver tells names and types, but not how sensitive a column is. */
  readonly written: readonly Field[];
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
  #rowsRead = 0;

  constructor(result: DuckDBResult, use: StreamUse) {
    this.#result = result;
    this.#use = use;
    this.schema = {
      fields: result
        .columnTypes()
        .map((type, i) => fieldOf(result.columnName(i), dataTypeOf(type), use.written[i])),
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
        if (chunk === null) break;
        const columns = this.#columns(chunk);
        for (let from = 0; from < columns.length; from += batchRows) {
          const batch = sliceBatch(columns, from, Math.min(from + batchRows, columns.length));
          yield shape === 'rows' ? toRows(batch) : batch;
        }
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
    const { connection, signal } = this.#use;
    throwIfAborted(signal, 'the statement');
    if (this.#released || connection.isClosed)
      throw new PerfError('ERR_PERF_DISPOSED', 'the result stream or its DuckDB engine was disposed');
    let chunk: DuckDBDataChunk | null;
    try {
      chunk = await connection.run(() => this.#result.fetchChunk(), signal);
    } catch (cause) {
      throw this.#failure(cause);
    }
    if (chunk !== null && chunk.rowCount > 0) return chunk;
    // The driver ends the chunks of a failed or interrupted statement like those of a finished one; only this tells them apart.
    if (this.#result.returnType === ResultReturnType.INVALID) throw this.#failure(undefined);
    return null;
  }

  #failure(cause: unknown): PerfError {
    const { connection, signal } = this.#use;
    if (connection.isClosed)
      return new PerfError('ERR_PERF_DISPOSED', 'the result stream or its DuckDB engine was disposed');
    if (signal?.aborted === true) return abortError(signal, 'the statement');
    return cause === undefined
      ? new PerfError(
          'ERR_PERF_ENGINE_FAILED',
          'DuckDB failed half way through the answer; its driver gives no reason once an answer has begun',
        )
      : new PerfError('ERR_PERF_ENGINE_FAILED', 'DuckDB failed while it ran the statement', { cause });
  }

  #columns(chunk: DuckDBDataChunk): ColumnBatch {
    const columns = this.schema.fields.map((field, i) =>
      columnOfVector(field, chunk.getColumnVector(i), this.#rowsRead),
    );
    this.#rowsRead += chunk.rowCount;
    return { kind: 'columns', schema: this.schema, length: chunk.rowCount, columns };
  }

  #release(clean: boolean): void {
    if (this.#released) return;
    this.#released = true;
    this.#use.release(clean);
  }
}

function fieldOf(name: string, type: DataType, written: Field | undefined): Field {
  const classification = written?.classification;
  return { name, type, nullable: true, ...(classification === undefined ? {} : { classification }) };
}
