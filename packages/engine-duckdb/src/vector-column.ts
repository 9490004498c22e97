import type { Column, ColumnData, DataType } from '@perf/contracts';
import type { DuckDBVector } from '@duckdb/node-api';
import { DuckDBVarCharVector } from '@duckdb/node-api';
import { plainValue } from './plain-value.ts';

/**
 * One driver vector as a column of our own memory. Fixed-width values are copied from the typed array behind the vector,
 * which the driver does not publish; a test pins the driver's version and this layout. Everything else goes value by value.
 */
export function columnOfVector(type: DataType, vector: DuckDBVector): Column {
  const length = vector.itemCount;
  const validity = validityOf(vector, length);
  const data = fixedWidth(type, vector, length) ?? valueByValue(type, vector, length);
  return validity === undefined ? { data } : { data, validity };
}

function fixedWidth(type: DataType, vector: object, length: number): ColumnData | undefined {
  if (type.kind === 'bool' && 'dataView' in vector && vector.dataView instanceof DataView) {
    const { buffer, byteOffset } = vector.dataView;
    return new Uint8Array(buffer, byteOffset, length).slice();
  }
  if (!('items' in vector)) return undefined;
  const { items } = vector;
  switch (type.kind) {
    case 'int32':
    case 'date':
      if (items instanceof Int32Array) return items.slice(0, length);
      return ArrayBuffer.isView(items) && isSmallInts(items) ? Int32Array.from(items) : undefined;
    case 'int64':
    case 'timestamp':
      if (items instanceof BigInt64Array) return items.slice(0, length);
      return items instanceof Uint32Array ? BigInt64Array.from(items, BigInt) : undefined;
    case 'float64':
      if (items instanceof Float64Array) return items.slice(0, length);
      return items instanceof Float32Array ? Float64Array.from(items) : undefined;
    case 'bool':
    case 'decimal':
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}

function isSmallInts(items: ArrayBufferView): items is Int8Array | Int16Array | Uint8Array | Uint16Array {
  return (
    items instanceof Int8Array ||
    items instanceof Int16Array ||
    items instanceof Uint8Array ||
    items instanceof Uint16Array
  );
}

function valueByValue(type: DataType, vector: DuckDBVector, length: number): ColumnData {
  const values: unknown[] = [];
  const marked = byteOrderMarks(vector);
  for (let i = 0; i < length; i++) {
    const item = vector.getItem(i);
    if (typeof item !== 'string') values.push(plainValue(type, item));
    else values.push(type.kind === 'json' ? plainValue(type, item) : marked(i) ? `\uFEFF${item}` : item);
  }
  return values;
}

/**
 * Says whether text `index` begins with U+FEFF, which the driver drops when it decodes. A text's entry has 16 bytes: its
 * length, then its first four bytes. Texts inside lists and structs are out of reach and do lose it.
 */
function byteOrderMarks(vector: DuckDBVector): (index: number) => boolean {
  const entries = vector instanceof DuckDBVarCharVector ? rawEntries(vector) : undefined;
  if (entries === undefined) return () => false;
  return (index) =>
    entries.getUint32(index * 16, true) >= 3 &&
    (entries.getUint32(index * 16 + 4, true) & 0xffffff) === 0xbfbbef;
}

function rawEntries(vector: object): DataView | undefined {
  return 'dataView' in vector && vector.dataView instanceof DataView ? vector.dataView : undefined;
}

/** The driver keeps validity as 64-bit words, least bit first, as the contract does; absent when nothing is null. */
function validityOf(vector: object, length: number): Uint8Array | undefined {
  if (!('validity' in vector) || typeof vector.validity !== 'object' || vector.validity === null)
    return undefined;
  const { validity } = vector;
  if (!('data' in validity) || !(validity.data instanceof BigUint64Array)) return undefined;
  const { buffer, byteOffset } = validity.data;
  const bits = new Uint8Array(buffer, byteOffset, (length + 7) >> 3).slice();
  const tail = length & 7;
  const last = bits.length - 1;
  if (tail !== 0) bits[last] = (bits[last] ?? 0) | (0xff << tail);
  return bits.every((byte) => byte === 0xff) ? undefined : bits;
}
