import type { Column, ColumnData, DataType, Field } from '@perf/contracts';
import { PerfError, isPresent } from '@perf/contracts';
import type { DuckDBVector } from '@duckdb/node-api';
import { DuckDBVarCharVector } from '@duckdb/node-api';
import { plainValue } from './plain-value.ts';

/** The first whole number with more digits than a decimal has. */
const MOST = 10n ** 38n;

/**
 * One driver vector as a column of our own memory. Fixed-width values are copied from the typed array behind the vector,
 * which the driver does not publish; a test pins the driver's version and this layout. Everything else goes value by value.
 * @param rowsBefore rows of the answer before this vector, for messages
 */
export function columnOfVector(field: Field, vector: DuckDBVector, rowsBefore: number): Column {
  const length = vector.itemCount;
  const fixed = fixedWidth(field.type, vector, length);
  if (fixed === undefined) return valueByValue(field, vector, length, rowsBefore);
  const validity = validityOf(vector, length);
  const column = validity === undefined ? { data: fixed } : { data: fixed, validity };
  refuseInfinity(field, column, rowsBefore);
  return column;
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

function valueByValue(field: Field, vector: DuckDBVector, length: number, rowsBefore: number): Column {
  const { type } = field;
  const values: unknown[] = [];
  const marked = byteOrderMarks(vector);
  let validity: Uint8Array | undefined;
  for (let i = 0; i < length; i++) {
    const item = vector.getItem(i);
    if (item === null) {
      validity ??= new Uint8Array((length + 7) >> 3).fill(0xff);
      validity[i >> 3] = (validity[i >> 3] ?? 0) & ~(1 << (i & 7));
    }
    if (type.kind === 'decimal' && typeof item === 'bigint' && (item >= MOST || item <= -MOST))
      throw unfit(field, rowsBefore + i, `${item}, which has more than 38 digits`);
    if (typeof item !== 'string') values.push(plainValue(type, item));
    else values.push(type.kind === 'json' ? plainValue(type, item) : marked(i) ? `\uFEFF${item}` : item);
  }
  return validity === undefined ? { data: values } : { data: values, validity };
}

/** DuckDB has dates and instants before and after all others; the contract's types do not. */
function refuseInfinity({ name, type }: Field, column: Column, rowsBefore: number): void {
  const { data } = column;
  const at =
    type.kind === 'date' && data instanceof Int32Array
      ? infiniteDate(data, column)
      : type.kind === 'timestamp' && data instanceof BigInt64Array
        ? infiniteInstant(new Int32Array(data.buffer, data.byteOffset, data.length * 2), column)
        : -1;
  if (at >= 0) throw unfit({ name }, rowsBefore + at, `an infinite ${type.kind}`);
}

function infiniteDate(days: Int32Array, column: Column): number {
  for (let i = 0; i < days.length; i++)
    if ((days[i] === 0x7f_ff_ff_ff || days[i] === -0x7f_ff_ff_ff) && isPresent(column, i)) return i;
  return -1;
}

/** ±(2^63 − 1), told by halves: comparing bigints would make one for every value. */
function infiniteInstant(halves: Int32Array, column: Column): number {
  for (let i = 0; i < halves.length; i += 2) {
    const [low, high] = [halves[i], halves[i + 1]];
    const isInfinite = (high === 0x7f_ff_ff_ff && low === -1) || (high === -0x80_00_00_00 && low === 1);
    if (isInfinite && isPresent(column, i / 2)) return i / 2;
  }
  return -1;
}

function unfit({ name }: Pick<Field, 'name'>, row: number, what: string): PerfError {
  return new PerfError(
    'ERR_PERF_INVALID_VALUE',
    `column ${name}, row ${row}: DuckDB holds ${what}; cast it in the statement`,
  );
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
