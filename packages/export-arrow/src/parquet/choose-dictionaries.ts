import type { Data, RecordBatch } from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { TextIndex } from '../columns/text-index.ts';

/** Share of different values up to which a dictionary is worth its work. */
const MOST_DIFFERENT = 0.5;

/** The names of the columns whose values repeat in a batch. Where two columns have one name, both must. */
export function repeatingColumns(batch: RecordBatch): readonly string[] {
  const [repeating, others] = [new Set<string>(), new Set<string>()];
  for (const [i, { name }] of batch.schema.fields.entries()) {
    const data = batch.data.children[i];
    if (data !== undefined && repeats(data)) repeating.add(name);
    else others.add(name);
  }
  return Array.from(repeating).filter((name) => !others.has(name));
}

function repeats(data: Data): boolean {
  const { length } = data;
  const type: unknown = data.type;
  // Parquet has no dictionaries of booleans, and none of lists but of their items.
  if (length === 0 || DataType.isBool(type) || DataType.isList(type)) return false;
  const values: unknown = data.values;
  if (!ArrayBuffer.isView(values)) return false;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const offsets: unknown = data.valueOffsets;
  const seen = new TextIndex();
  if (offsets instanceof Int32Array)
    for (let i = 0; i < length; i++) seen.indexOf(bytes, offsets[i] ?? 0, offsets[i + 1] ?? 0);
  else {
    const width = bytes.length / length;
    for (let i = 0; i < length; i++) seen.indexOf(bytes, i * width, (i + 1) * width);
  }
  return seen.count <= length * MOST_DIFFERENT;
}
