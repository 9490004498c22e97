import type { Batch, RowBatch } from './batch.ts';
import { DEFAULT_BATCH_ROWS } from './batch.ts';
import type { Schema } from './data-type.ts';
import { PerfError, throwIfAborted } from './errors.ts';
import type { BatchSource } from './export.ts';
import { inferSchema } from './infer-schema.ts';

type RowObject = Readonly<Record<string, unknown>>;

/** Where rows may come from: an array or other iterable, an async iterable, a Node `Readable` in object mode, a Web `ReadableStream`. */
export type RowsInput = Iterable<RowObject> | AsyncIterable<RowObject>;

/** How rows become batches. */
export interface RowSourceOptions {
  /**
   * What the rows hold; properties that it does not name are left out. @default inferred from the first 1,000 rows; every field
   * is then nullable, and a later row with a new property is refused (`ERR_PERF_INVALID_VALUE`)
   */
  readonly schema?: Schema;
  /** @default 4096 */
  readonly batchRows?: number;
  /** Ends the inference: the input is closed, and the call rejects with `ERR_PERF_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
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
  const reader = Symbol.asyncIterator in input ? asyncReader(input) : syncReader(input);
  const { ahead, ended } =
    options.schema === undefined ? await readAhead(reader, options.signal) : { ahead: [], ended: false };
  const schema = options.schema ?? inferSchema(ahead, { complete: ended });
  let isRead = false;
  return {
    schema,
    [Symbol.asyncIterator]: () => {
      if (isRead)
        throw new PerfError(
          'ERR_PERF_UNSUPPORTED',
          'a row source is read once; make another one of the same input',
        );
      isRead = true;
      const known =
        options.schema === undefined && !ended ? new Set(schema.fields.map(({ name }) => name)) : undefined;
      return gather(schema, ahead, reader, { batchRows, known });
    },
  };
}

const INFERENCE_ROWS = 1000;

async function readAhead(
  reader: RowReader,
  signal: AbortSignal | undefined,
): Promise<{ readonly ahead: RowObject[]; readonly ended: boolean }> {
  const ahead: RowObject[] = [];
  // At once, and not only between two rows: the next one may never come.
  const leave = (): void => void reader.leave().catch(() => undefined);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted === true) leave();
  try {
    throwIfAborted(signal, 'reading the source');
    while (ahead.length < INFERENCE_ROWS) {
      const next = await reader.next();
      // Some inputs say that they have ended when they are told to.
      throwIfAborted(signal, 'reading the source');
      if (next.done === true) return { ahead, ended: true };
      ahead.push(next.value);
    }
    return { ahead, ended: false };
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

/** One way to read rows, whatever they come from; only asynchronous input costs a promise a row. */
interface RowReader {
  next(): IteratorResult<RowObject, unknown> | Promise<IteratorResult<RowObject, unknown>>;
  /** Tells the input that nobody reads on. */
  leave(): Promise<unknown>;
}

function syncReader(input: Iterable<RowObject>): RowReader {
  const rows = input[Symbol.iterator]();
  return { next: () => rows.next(), leave: async () => rows.return?.() };
}

function asyncReader(input: AsyncIterable<RowObject>): RowReader {
  const rows = input[Symbol.asyncIterator]();
  return { next: async () => rows.next(), leave: async () => rows.return?.() };
}

async function* gather(
  schema: Schema,
  ahead: RowObject[],
  reader: RowReader,
  { batchRows, known }: { readonly batchRows: number; readonly known: ReadonlySet<string> | undefined },
): AsyncGenerator<RowBatch> {
  let row = ahead.length;
  let batch: RowObject[] = [];
  // An input that ended or failed has closed itself.
  let isOver = false;
  const take = (): RowBatch => {
    const full: RowBatch = { kind: 'rows', schema, layout: 'objects', rows: batch };
    batch = [];
    return full;
  };
  try {
    for (const early of ahead.splice(0)) {
      batch.push(early);
      if (batch.length === batchRows) yield take();
    }
    for (;;) {
      isOver = true;
      const step = reader.next();
      const next = step instanceof Promise ? await step : step;
      if (next.done === true) break;
      isOver = false;
      if (known !== undefined) refuseNewNames(next.value, row++, known);
      batch.push(next.value);
      if (batch.length === batchRows) yield take();
    }
    if (batch.length > 0) yield take();
  } finally {
    if (!isOver) await reader.leave();
  }
}

/** A property that inference did not see would be left out without a word. */
function refuseNewNames(row: RowObject, index: number, known: ReadonlySet<string>): void {
  for (const name of Object.keys(row))
    if (!known.has(name))
      throw new PerfError(
        'ERR_PERF_INVALID_VALUE',
        `row ${index} (from 0) has a property ${JSON.stringify(name.slice(0, 64))} that the first ${INFERENCE_ROWS} rows do not have; give a schema`,
      );
}
