import type { Batch, ResultStream, Schema } from '@perf/contracts';
import { batchLength, isUtf8Data } from '@perf/contracts';

/** An answer as it is kept in the cache. */
export interface WholeAnswer {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
  /** Present when a row limit of the optimizer may have cut the answer. */
  readonly truncated?: { readonly limit: number };
}

/** An answer that is too large to keep: what was read so far, and the rest that still comes. */
export interface StartedAnswer {
  readonly schema: Schema;
  readonly read: readonly Batch[];
  readonly rest: AsyncIterator<Batch>;
  /** Stops the statement, even one that is inside a fetch. */
  readonly stop: (reason: unknown) => void;
  /** Gives the statement's connection back; what was not read is given up. */
  readonly end: () => Promise<void>;
}

/** The largest answer that is kept. */
export interface AnswerLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Reads a stream to its end, or until it passes the limits. @param stop stops the statement behind the stream */
export async function collect(
  stream: ResultStream,
  limits: AnswerLimits,
  stop: (reason: unknown) => void,
): Promise<WholeAnswer | StartedAnswer> {
  const { schema } = stream;
  const batches: Batch[] = [];
  const rest = stream[Symbol.asyncIterator]();
  let rows = 0;
  let bytes = 0;
  while (rows <= limits.rows && bytes <= limits.bytes) {
    const next = await rest.next();
    if (next.done === true) return { schema, batches };
    batches.push(next.value);
    rows += batchLength(next.value);
    bytes += batchBytes(next.value);
  }
  const end = async (): Promise<void> => {
    await rest.return?.();
    await stream[Symbol.asyncDispose]();
  };
  return { schema, read: batches, rest, stop, end };
}

/** Bytes that a batch holds, nearly: buffers exactly, other values by their form. */
function batchBytes(batch: Batch): number {
  if (batch.kind === 'rows') {
    let bytes = 0;
    for (const row of batch.rows) for (const value of Object.values(row)) bytes += valueBytes(value);
    return bytes;
  }
  let bytes = 0;
  for (const { data, validity } of batch.columns) {
    bytes += validity?.byteLength ?? 0;
    if (isUtf8Data(data)) bytes += data.bytes.byteLength + data.offsets.byteLength;
    else if (ArrayBuffer.isView(data)) bytes += data.byteLength;
    else for (const value of data) bytes += valueBytes(value);
  }
  return bytes;
}

/** Bytes of a nested value whose form is not known. */
const NESTED_BYTES = 64;

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  return typeof value === 'object' && value !== null ? NESTED_BYTES : 8;
}
