import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Column, Field, Schema } from '@perf/contracts';
import { PerfError, columnOf, isPerfError, printDataType } from '@perf/contracts';
import { SQL_FUNCTIONS } from './sql-functions.ts';
import { declaredType, seenType } from './sqlite-types.ts';
import { boundValue, rowValue } from './sqlite-value.ts';
import type { WorkerBatch, WorkerData, WorkerFault, WorkerReply, WorkerRequest } from './worker-messages.ts';

/** A row in the order of the fields. */
type StoredRow = readonly unknown[];

/** One running statement. */
interface OpenStream {
  readonly rows: Iterator<unknown>;
  readonly names: readonly string[];
  readonly batchRows: number;
  fields: readonly Field[];
  /** Rows handed over so far, for messages. */
  rowsRead: number;
}

/** Longest wait for another connection's lock. */
const BUSY_MS = 5_000;

const port = parentPort;
const given: unknown = workerData;
const database = openDatabase(given);
for (const [name, implementation] of Object.entries(SQL_FUNCTIONS))
  database.function(name, { deterministic: true, varargs: true, useBigIntArguments: true }, implementation);
const streams = new Map<number, OpenStream>();

port?.on('message', (request: WorkerRequest) => {
  try {
    const reply = answer(request);
    port.postMessage(reply, transferable(reply));
  } catch (error) {
    endStream(request.op === 'execute' ? request.id : request.stream);
    port.postMessage({ id: request.id, error: described(error) } satisfies WorkerReply);
  }
});
port?.postMessage({ id: 0 } satisfies WorkerReply);

function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === 'object' && data !== null && 'path' in data && 'readOnly' in data;
}

function openDatabase(data: unknown): DatabaseSync {
  if (!isWorkerData(data)) throw new TypeError('the worker needs a path');
  const opened = new DatabaseSync(data.path, { readOnly: data.readOnly, timeout: BUSY_MS });
  // SQLite opens lazily: only reading tells whether the file is a database.
  opened.prepare('SELECT schema_version FROM pragma_schema_version').get();
  return opened;
}

/** Leaves a statement, so that it holds no lock. */
function endStream(id: number): void {
  const stream = streams.get(id);
  streams.delete(id);
  stream?.rows.return?.();
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
  endStream(request.stream);
  return { id };
}

function execute(request: WorkerRequest & { readonly op: 'execute' }): {
  fields: readonly Field[];
  batch: WorkerBatch;
} {
  const statement = database.prepare(request.text);
  statement.setReadBigInts(true);
  const columns = namedColumns(statement, request.schema);
  if (hasArrays(statement)) statement.setReturnArrays(true);
  const stream: OpenStream = {
    rows: statement.iterate(...request.parameters.map(boundValue)),
    names: columns.map(({ name }) => name),
    batchRows: request.batchRows,
    fields: [],
    rowsRead: 0,
  };
  streams.set(request.id, stream);
  const first = takeRows(stream);
  stream.fields = columns.map(({ type, ...field }, i) => ({
    ...field,
    type: type ?? seenType(first.map((row) => row[i])),
  }));
  return { fields: stream.fields, batch: readBatch(request.id, stream, first) };
}

type NamedColumn = Omit<Field, 'type'> & { readonly type: Field['type'] | undefined };

/** Columns of the answer: as the statement's author says, else as the table declares. */
function namedColumns(statement: StatementSync, schema: Schema | undefined): readonly NamedColumn[] {
  if (!hasArrays(statement)) {
    if (schema !== undefined) return schema.fields.map((field) => ({ ...field, nullable: true }));
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      'node:sqlite of this Node cannot name the columns of a statement; pass statement.schema, or use Node 22.16 or newer',
    );
  }
  const columns = statement.columns();
  if (schema === undefined)
    return columns.map(({ name, type }) => ({ name, type: declaredType(type), nullable: true }));
  if (schema.fields.length !== columns.length)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `statement.schema has ${schema.fields.length} fields, the statement ${columns.length} columns`,
    );
  return schema.fields.map((field) => ({ ...field, nullable: true }));
}

/** Whether rows can be arrays and columns be named, as from Node 22.16 on. */
function hasArrays(statement: StatementSync): boolean {
  return typeof statement.columns === 'function' && typeof statement.setReturnArrays === 'function';
}

function takeRows(stream: OpenStream): StoredRow[] {
  const rows: StoredRow[] = [];
  while (rows.length < stream.batchRows) {
    const next = stream.rows.next();
    if (next.done === true) break;
    rows.push(Array.isArray(next.value) ? next.value : inOrder(next.value, stream.names));
  }
  return rows;
}

/** An object row of older Nodes, by the names in the schema. */
function inOrder(row: unknown, names: readonly string[]): unknown[] {
  const cells = new Map<string, unknown>(Object.entries(row ?? {}));
  return names.map((name) => {
    if (cells.has(name)) return cells.get(name);
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `statement.schema has a field ${name}, the statement has not`,
    );
  });
}

function readBatch(id: number, stream: OpenStream, rows: readonly StoredRow[]): WorkerBatch {
  const columns = stream.fields.map((field, at) =>
    columnOf(
      field,
      rows.map((row, i) => cell(field, row[at], stream.rowsRead + i)),
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
    `column ${field.name}, row ${row}: SQLite holds a ${typeof stored} that does not fit ${printDataType(field.type)}`,
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
