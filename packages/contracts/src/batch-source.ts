import type { Batch, RowBatch } from './batch.ts';
import { DEFAULT_BATCH_ROWS } from './batch.ts';
import type { Schema } from './data-type.ts';
import { PerfError } from './errors.ts';
import type { BatchSource } from './export.ts';
import { inferSchema } from './infer-schema.ts';

type RowObject = Readonly<Record<string, unknown>>;

/** Where rows may come from: an array or other iterable, an async iterable, a Node `Readable` in object mode, a Web `ReadableStream`. */
export type RowsInput = Iterable<RowObject> | AsyncIterable<RowObject>;

/** How rows become batches. */
export interface RowSourceOptions {
  /** @default inferred from the first 1,000 rows; every field is then nullable */
  readonly schema?: Schema;
  /** @default 4096 */
  readonly batchRows?: number;
}

/** A source over batches that exist already; it can be read as often as `batches` can. */
export function batchSource(schema: Schema, batches: Iterable<Batch> | AsyncIterable<Batch>): BatchSource {
  return {
    schema,
    async *[Symbol.asyncIterator]() {
      yield* batches;
    },
  };
}

/**
 * A source over row objects. Reads ahead only as far as the schema's inference needs; can be read once.
 *
 * @example
 * await exportCsv(await rowSource(database.cursor()), fileSink('out.csv'));
 */
export async function rowSource(input: RowsInput, options: RowSourceOptions = {}): Promise<BatchSource> {
  const batchRows = options.batchRows ?? DEFAULT_BATCH_ROWS;
  if (!Number.isInteger(batchRows) || batchRows < 1)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `batchRows must be a positive integer, got ${batchRows}`);
  const rows = Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
  const ahead: RowObject[] = [];
  let ended = false;
  while (options.schema === undefined && !ended && ahead.length < INFERENCE_ROWS) {
    const next = await rows.next();
    if (next.done === true) ended = true;
    else ahead.push(next.value);
  }
  const schema = options.schema ?? inferSchema(ahead, { complete: ended });
  return { schema, [Symbol.asyncIterator]: () => gather(schema, ahead, rows, batchRows) };
}

const INFERENCE_ROWS = 1000;

async function* gather(
  schema: Schema,
  ahead: readonly RowObject[],
  rows: Iterator<RowObject> | AsyncIterator<RowObject>,
  batchRows: number,
): AsyncGenerator<RowBatch> {
  let batch: RowObject[] = [];
  let ended = false;
  const take = (): RowBatch => {
    const full: RowBatch = { kind: 'rows', schema, layout: 'objects', rows: batch };
    batch = [];
    return full;
  };
  try {
    for (const row of ahead) {
      batch.push(row);
      if (batch.length === batchRows) yield take();
    }
    for (;;) {
      const step = rows.next();
      const next = step instanceof Promise ? await step : step;
      if (next.done === true) break;
      batch.push(next.value);
      if (batch.length === batchRows) yield take();
    }
    ended = true;
    if (batch.length > 0) yield take();
  } finally {
    if (!ended) await rows.return?.();
  }
}
