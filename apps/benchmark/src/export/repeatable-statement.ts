import { createHash } from 'node:crypto';
import type { Batch, QueryEngine, RepeatableSource, ResultStream, Schema, Statement } from '@perf/contracts';
import { PerfError, batchLength, sliceBatch, toRows } from '@perf/contracts';

/** Where a statement's answer goes on. */
interface StatementCursor {
  /** Rows before it. */
  readonly rows: number;
  /** Hash of the last of them: the answer must have the same row there again. */
  readonly last: string;
}

/** How a statement is run. */
export interface RepeatableStatementOptions {
  readonly shape: 'rows' | 'columns';
  /** Names the state of the data. */
  readonly fingerprint: string;
  /** What a checkpoint kept. */
  readonly cursor?: unknown;
  readonly signal: AbortSignal;
}

/**
 * The answer of any statement that gives the same rows in the same order each time, as an engine with one thread does. Rows before the
 * cursor are read and dropped; where the last of them is another one than it was, `ERR_PERF_SOURCE_CHANGED`.
 */
export async function repeatableStatement(
  engine: QueryEngine,
  statement: Statement,
  { shape, fingerprint, cursor, signal }: RepeatableStatementOptions,
): Promise<RepeatableSource & AsyncDisposable> {
  const stream = await engine.execute(statement, { shape, signal });
  return new StatementSource(stream, fingerprint, cursor === undefined ? undefined : readCursor(cursor));
}

class StatementSource implements RepeatableSource, AsyncDisposable {
  readonly schema: Schema;
  readonly fingerprint: string;
  readonly #stream: ResultStream;
  readonly #cursor: StatementCursor | undefined;
  /** How many rows of the whole came before each batch. */
  readonly #before = new WeakMap<Batch, number>();

  constructor(stream: ResultStream, fingerprint: string, cursor: StatementCursor | undefined) {
    this.schema = stream.schema;
    this.fingerprint = fingerprint;
    this.#stream = stream;
    this.#cursor = cursor;
  }

  cursorAfter(batch: Batch, index: number): StatementCursor {
    const before = this.#before.get(batch) ?? 0;
    return { rows: before + index + 1, last: rowHash(batch, index) };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const skipped = this.#cursor?.rows ?? 0;
    let rows = 0;
    for await (const batch of this.#stream) {
      const length = batchLength(batch);
      const from = Math.min(length, Math.max(0, skipped - rows));
      if (from > 0 && rows + from === skipped && rowHash(batch, from - 1) !== this.#cursor?.last)
        throw changed();
      if (from < length) {
        const rest = sliceBatch(batch, from, length);
        this.#before.set(rest, rows + from);
        yield rest;
      }
      rows += length;
    }
    if (rows < skipped) throw changed();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#stream[Symbol.asyncDispose]();
  }
}

function rowHash(batch: Batch, index: number): string {
  const [row] = toRows(sliceBatch(batch, index, index + 1)).rows;
  const text = JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}

function readCursor(value: unknown): StatementCursor {
  if (typeof value === 'object' && value !== null && 'rows' in value && 'last' in value) {
    const { rows, last } = value;
    if (typeof rows === 'number' && Number.isSafeInteger(rows) && typeof last === 'string')
      return { rows, last };
  }
  throw new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    'the cursor is none of a statement; remove the checkpoint and start again',
  );
}

function changed(): PerfError {
  return new PerfError(
    'ERR_PERF_SOURCE_CHANGED',
    'the answer has other rows than when the checkpoint was taken; remove the checkpoint and start again',
  );
}
