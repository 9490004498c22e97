import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Column, Field, Schema } from '@perf/contracts';
import { PerfError, columnOf, isPerfError } from '@perf/contracts';
import { SQL_FUNCTIONS } from './sql-functions.ts';
import { declaredType, seenType } from './sqlite-types.ts';
import { boundValue, rowValue } from './sqlite-value.ts';
import type { WorkerBatch, WorkerData, WorkerFault, WorkerReply, WorkerRequest } from './worker-messages.ts';

/** A row as `node:sqlite` gives it. */
type StoredRow = Readonly<Record<string, unknown>>;

/** One running statement. */
interface OpenStream {
  readonly rows: Iterator<StoredRow>;
  readonly batchRows: number;
  fields: readonly Field[];
  /** Rows handed over so far, for messages. */
  rowsRead: number;
}

const port = parentPort;
const given: unknown = workerData;
const database = openDatabase(given);
for (const [name, implementation] of Object.entries(SQL_FUNCTIONS))
  database.function(name, { deterministic: true, varargs: true }, implementation);
const streams = new Map<number, OpenStream>();

port?.on('message', (request: WorkerRequest) => {
  try {
    const reply = answer(request);
    port.postMessage(reply, transferable(reply));
  } catch (error) {
    streams.delete(request.op === 'execute' ? request.id : request.stream);
    port.postMessage({ id: request.id, error: described(error) } satisfies WorkerReply);
  }
});
port?.postMessage({ id: 0 } satisfies WorkerReply);

function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === 'object' && data !== null && 'path' in data && 'readOnly' in data;
}

function openDatabase(data: unknown): DatabaseSync {
  if (!isWorkerData(data)) throw new TypeError('the worker needs a path');
  return new DatabaseSync(data.path, { readOnly: data.readOnly });
}

function answer(request: WorkerRequest): WorkerReply {
  const { id } = request;
  if (request.op === 'execute') return { id, ...execute(request) };
  const stream = streams.get(request.stream);
  if (request.op === 'next')
    return {
      id,
      ...(stream === undefined ? {} : { batch: readBatch(request.stream, stream, takeRows(stream)) }),
    };
  streams.delete(request.stream);
  stream?.rows.return?.();
  return { id };
}

function execute(request: WorkerRequest & { readonly op: 'execute' }): {
  fields: readonly Field[];
  batch: WorkerBatch;
} {
  const statement = database.prepare(request.text);
  statement.setReadBigInts(true);
  const columns = namedColumns(statement, request.schema);
  const stream: OpenStream = {
    rows: statement.iterate(...request.parameters.map(boundValue)),
    batchRows: request.batchRows,
    fields: [],
    rowsRead: 0,
  };
  streams.set(request.id, stream);
  const first = takeRows(stream);
  stream.fields = columns.map(({ name, type }) => ({
    name,
    type: type ?? seenType(first.map((row) => row[name])),
    nullable: true,
  }));
  return { fields: stream.fields, batch: readBatch(request.id, stream, first) };
}

/** Names and types of the answer: as the statement's author says, else as the table declares. */
function namedColumns(
  statement: StatementSync,
  schema: Schema | undefined,
): readonly { name: string; type: Field['type'] | undefined }[] {
  if (schema !== undefined) return schema.fields;
  if (typeof statement.columns !== 'function')
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      'node:sqlite of this Node cannot name the columns of a statement; pass statement.schema, or use Node 22.16 or newer',
    );
  const columns = statement.columns().map(({ name, type }) => ({ name, type: declaredType(type) }));
  if (new Set(columns.map(({ name }) => name)).size !== columns.length)
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      'two columns of the statement have the same name; rename one with AS',
    );
  return columns;
}

function takeRows(stream: OpenStream): StoredRow[] {
  const rows: StoredRow[] = [];
  while (rows.length < stream.batchRows) {
    const next = stream.rows.next();
    if (next.done === true) break;
    rows.push(next.value);
  }
  return rows;
}

function readBatch(id: number, stream: OpenStream, rows: readonly StoredRow[]): WorkerBatch {
  const columns = stream.fields.map((field) =>
    columnOf(
      field,
      rows.map((row, i) => cell(field, row[field.name], stream.rowsRead + i)),
    ),
  );
  stream.rowsRead += rows.length;
  const done = rows.length < stream.batchRows;
  if (done) streams.delete(id);
  return { length: rows.length, columns, done };
}

function cell(field: Field, stored: unknown, row: number): unknown {
  if (stored === null || stored === undefined) return null;
  const value = rowValue(field.type, stored);
  if (value !== undefined) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_VALUE',
    `column ${field.name}, row ${row}: SQLite holds a ${typeof stored} that is not ${field.type.kind}`,
  );
}

function transferable(reply: WorkerReply): ArrayBuffer[] {
  return 'batch' in reply ? (reply.batch?.columns.flatMap(buffersOf) ?? []) : [];
}

function buffersOf(column: Column): ArrayBuffer[] {
  return [column.data, column.validity].flatMap((part) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
  );
}

function described(error: unknown): WorkerFault {
  if (isPerfError(error)) return { code: error.code, message: error.message, cause: '' };
  const cause = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_PERF_ENGINE_FAILED',
    message: `SQLite refused or failed the statement: ${cause.split('\n')[0] ?? ''}`,
    cause,
  };
}
