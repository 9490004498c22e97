import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Field } from '@perf/contracts';
import type { ExportCase } from '@perf/testkit/measure';
import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
import * as arrow from 'apache-arrow';
import type { ColumnSource } from 'hyparquet-writer';
import { ParquetWriter, fileWriter, schemaFromColumnData } from 'hyparquet-writer';

const ARROW_ROWS = 16_384;
const GROUP_ROWS = 65_536;
/** Bytes of a row in an Arrow file. */
const ROW_BYTES = 139;
const BLOCK_BYTES = 2 * 1024 * 1024;

const schema = new arrow.Schema(
  mixedSchema.fields.map((field) => new arrow.Field(field.name, arrowType(field), field.nullable)),
);

function arrowType({ type: { kind } }: Field): arrow.DataType {
  if (kind === 'int32') return new arrow.Int32();
  if (kind === 'int64') return new arrow.Int64();
  if (kind === 'float64') return new arrow.Float64();
  if (kind === 'timestamp') return new arrow.TimestampMillisecond('UTC');
  return kind === 'bool' ? new arrow.Bool() : new arrow.Utf8();
}

/** What a row holds, as the peers want it: 64-bit integers as bigint. */
function peerValue(value: unknown, { type }: Field): unknown {
  return type.kind === 'int64' && typeof value === 'number' ? BigInt(value) : value;
}

/** What apache-arrow offers for rows: a builder for each column, and its stream writer into a file. */
export const writeByBuilders: ExportCase = async (path, rows) => {
  const batches = mixedRowBatches(rows, ARROW_ROWS);
  const start = performance.now();
  const writer = new arrow.RecordBatchStreamWriter();
  const file = createWriteStream(path);
  writer.toNodeStream().pipe(file);
  for await (const batch of batches) {
    const children = mixedSchema.fields.map((field) => built(field, batch.rows));
    const type = new arrow.Struct(schema.fields);
    const data = arrow.makeData({ type, length: batch.rows.length, nullCount: 0, children });
    writer.write(new arrow.RecordBatch(schema, data));
    if (file.writableNeedDrain) await once(file, 'drain');
  }
  writer.finish();
  await finished(file);
  return { ms: performance.now() - start, bytes: file.bytesWritten };
};

function built(field: Field, rows: readonly Readonly<Record<string, unknown>>[]): arrow.Data {
  const type = arrowType(field);
  const builder = arrow.makeBuilder<arrow.DataType, null | undefined>({
    type,
    nullValues: [null, undefined],
  });
  const isInstant = field.type.kind === 'timestamp';
  for (const row of rows) {
    const value = row[field.name];
    builder.append(isInstant && value instanceof Date ? value.getTime() : peerValue(value, field));
  }
  // oxlint-disable-next-line no-unsafe-return -- the type of a builder made at run time is not known before
  return builder.finish().flush();
}

/** hyparquet-writer, a row group at a time: its fastest way, and the one that holds least. */
export const writeByHyparquet: ExportCase = async (path, rows) => {
  const batches = mixedRowBatches(rows, GROUP_ROWS);
  const start = performance.now();
  const file = fileWriter(path);
  let writer: ParquetWriter | undefined;
  for await (const batch of batches) {
    const columnData = mixedSchema.fields.map((field) => ({
      name: field.name,
      type: hyparquetType(field),
      nullable: field.nullable,
      data: batch.rows.map((row) => peerValue(row[field.name], field)),
    }));
    writer ??= new ParquetWriter({ writer: file, schema: schemaFromColumnData({ columnData }) });
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
  }
  await writer?.finish();
  return { ms: performance.now() - start };
};

function hyparquetType({ type: { kind } }: Field): NonNullable<ColumnSource['type']> {
  if (kind === 'int32') return 'INT32';
  if (kind === 'int64') return 'INT64';
  if (kind === 'float64') return 'DOUBLE';
  if (kind === 'timestamp') return 'TIMESTAMP';
  return kind === 'bool' ? 'BOOLEAN' : 'STRING';
}

/** As many bytes as an Arrow file holds, copied once and written: what memory and disk allow. */
export const copyBytes: ExportCase = async (path, rows) => {
  const [block, target] = [Buffer.alloc(BLOCK_BYTES, 1), Buffer.alloc(BLOCK_BYTES)];
  const start = performance.now();
  const file = await open(path, 'w');
  let bytes = 0;
  for (; bytes < rows * ROW_BYTES; bytes += block.length) {
    block.copy(target);
    await file.write(target);
  }
  await file.sync();
  await file.close();
  return { ms: performance.now() - start, bytes };
};
