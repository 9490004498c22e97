import type { DataType, Field, Schema } from './data-type.ts';

type Seen = 'bool' | 'int32' | 'number' | 'int64' | 'utf8' | 'timestamp' | 'binary' | 'json';

/**
 * A schema for row objects: fields in order of first appearance, all nullable. Numbers are `int32` when all rows were
 * seen and every one fits, else `float64`; `Date` is `timestamp(ms)`; bigint is `int64`; a column with nothing but nulls,
 * or with values of several types, is `utf8` or `json`.
 * @param options.complete whether `rows` are all rows there will be
 */
export function inferSchema(
  rows: Iterable<Readonly<Record<string, unknown>>>,
  options: { readonly complete: boolean },
): Schema {
  const seen = new Map<string, Seen | undefined>();
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      const value = row[name];
      const before = seen.get(name);
      const now = value === null || value === undefined ? undefined : kindOf(value);
      seen.set(name, before === undefined ? now : now === undefined ? before : widen(before, now));
    }
  }
  const fields: Field[] = [];
  for (const [name, kind] of seen)
    fields.push({ name, type: typeFor(kind, options.complete), nullable: true });
  return { fields };
}

function kindOf(value: unknown): Seen {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return (value | 0) === value ? 'int32' : 'number';
    case 'bigint':
      return 'int64';
    case 'string':
      return 'utf8';
    case 'object':
      if (value instanceof Date) return 'timestamp';
      return value instanceof Uint8Array ? 'binary' : 'json';
    case 'undefined':
    case 'function':
    case 'symbol':
      return 'json';
  }
}

function widen(a: Seen, b: Seen): Seen {
  if (a === b) return a;
  const numbers = new Set<Seen>(['int32', 'number']);
  if (numbers.has(a) && numbers.has(b)) return 'number';
  return 'json';
}

function typeFor(kind: Seen | undefined, complete: boolean): DataType {
  switch (kind) {
    case undefined:
      return { kind: 'utf8' };
    case 'int32':
      return { kind: complete ? 'int32' : 'float64' };
    case 'number':
      return { kind: 'float64' };
    case 'timestamp':
      return { kind: 'timestamp', unit: 'ms' };
    case 'bool':
    case 'int64':
    case 'utf8':
    case 'binary':
    case 'json':
      return { kind };
  }
}
