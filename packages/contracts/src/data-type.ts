/** How fine a timestamp counts. `s` and `ms` are `Date` in rows; `us` and `ns` are bigint since the epoch, UTC. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * The type of a column. In a row / as column data:
 * - `bool`: boolean / `Uint8Array` of 0 and 1
 * - `int32`: number / `Int32Array`; `float64`: number / `Float64Array`
 * - `int64`: bigint (writers also accept a safe integer) / `BigInt64Array`
 * - `decimal`: string with `scale` digits after the point (`'12.30'`) / `string[]`
 * - `utf8`: string / `string[]` or `Utf8Data`
 * - `date`: `'YYYY-MM-DD'` / `Int32Array`, days since 1970-01-01
 * - `timestamp`: `Date` (s, ms) or bigint (us, ns) / `BigInt64Array` in its unit, since the epoch
 * - `binary`: `Uint8Array`; `json`: the parsed value; `list`: an array / arrays of these
 */
export type DataType =
  | { readonly kind: 'bool' | 'int32' | 'int64' | 'float64' | 'utf8' | 'date' | 'binary' | 'json' }
  | {
      readonly kind: 'decimal';
      /** Digits in all, 1 to 38. */ readonly precision: number;
      /** Digits after the point, 0 to precision. */ readonly scale: number;
    }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit }
  | { readonly kind: 'list'; readonly item: DataType };

/** How sensitive a column is. `secret` is never cached or logged; `pii` is masked in exports and logs unless asked for. */
export type Classification = 'pii' | 'secret';

/** One column of an answer. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  /** False promises that no row holds null here. */
  readonly nullable: boolean;
  readonly classification?: Classification;
}

/** The columns of an answer, in order. Names may repeat only in `arrays` layout. */
export interface Schema {
  readonly fields: readonly Field[];
}

/** Prints a type in the one text form: `int64`, `decimal(12,2)`, `timestamp(us)`, `list<utf8>`. */
export function printDataType(type: DataType): string {
  let [depth, item] = [0, type];
  for (; item.kind === 'list'; item = item.item) depth++;
  return `${'list<'.repeat(depth)}${printItemType(item)}${'>'.repeat(depth)}`;
}

function printItemType(type: Exclude<DataType, { readonly kind: 'list' }>): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return `timestamp(${type.unit})`;
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'utf8':
    case 'date':
    case 'binary':
    case 'json':
      return type.kind;
  }
}

const PLAIN = new Map<string, DataType>(
  (['bool', 'int32', 'int64', 'float64', 'utf8', 'date', 'binary', 'json'] as const).map((kind) => [
    kind,
    { kind },
  ]),
);
const UNITS = new Map<string, TimeUnit>((['s', 'ms', 'us', 'ns'] as const).map((unit) => [unit, unit]));

/** Reads what `printDataType` prints. Anything else is `undefined`. */
export function parseDataType(text: string): DataType | undefined {
  let depth = 0;
  while (text.startsWith('list<', depth * 5)) depth++;
  const end = text.length - depth;
  if (end < depth * 5 || text.slice(end) !== '>'.repeat(depth)) return undefined;
  let type = itemType(text.slice(depth * 5, end));
  for (let i = 0; type !== undefined && i < depth; i++) type = { kind: 'list', item: type };
  return type;
}

/** A type that is not a list. */
function itemType(text: string): DataType | undefined {
  const plain = PLAIN.get(text);
  if (plain !== undefined) return plain;
  const decimal = /^decimal\(([1-9]\d?),(0|[1-9]\d?)\)$/.exec(text);
  if (decimal !== null) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
    return precision >= 1 && precision <= 38 && scale <= precision
      ? { kind: 'decimal', precision, scale }
      : undefined;
  }
  const unit = UNITS.get(/^timestamp\((\w+)\)$/.exec(text)?.[1] ?? '');
  return unit === undefined ? undefined : { kind: 'timestamp', unit };
}

/**
 * Whether equality between the two types is equality of values: both are the same type, or both whole numbers. Other pairs
 * compare after a conversion that may lose digits, so that two different keys can equal one value.
 */
export function comparesExactly(a: DataType, b: DataType): boolean {
  const isWhole = ({ kind }: DataType): boolean => kind === 'int32' || kind === 'int64';
  return (isWhole(a) && isWhole(b)) || printDataType(a) === printDataType(b);
}

/** True for the types that `sum` and `avg` accept. */
export function isNumeric(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64' || type.kind === 'float64' || type.kind === 'decimal';
}
