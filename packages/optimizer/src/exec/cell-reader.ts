import type { Comparable } from './cell-form.ts';
import type { Key } from './row-test.ts';

/** A row: an object by field name, or an array by place. */
export type RowRecord = Readonly<Record<Key, unknown>>;

/** Whether every object has something of this name, so that a row must be asked whether it is its own. */
export function isInherited(key: Key): boolean {
  return key in Object.prototype;
}

/** Reads one field of a row: null where it is missing. */
export function cellReader(key: Key): (row: RowRecord) => unknown {
  if (isInherited(key)) return (row) => (Object.hasOwn(row, key) ? (row[key] ?? null) : null);
  return (row) => row[key] ?? null;
}

/** Tells cells from nulls. That a cell has the type of its column is what the schema promises; it is not looked at again. */
export function isCell(cell: unknown): cell is Comparable {
  return cell !== null && cell !== undefined;
}
