import type { Batch } from './batch.ts';
import { toRows } from './column-values.ts';
import type { DataType, Schema } from './data-type.ts';

/** A whole answer in memory. */
export interface Answer {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
}

type Row = readonly unknown[];

/** How far two floats may lie apart, relative to the larger. */
const FLOAT_TOLERANCE = 1e-9;

/**
 * Says how two answers differ, in one sentence, or undefined when they are equal: as a sequence when `ordered` (the query
 * has a total order), else as a bag. With numbers of columns as `ordered` these must run alike, as an order by them promises, and the rest is
 * a bag. Floats match within 1e-9 relative, everything else exactly; column names must match.
 */
export function compareAnswers(
  a: Answer,
  b: Answer,
  { ordered }: { readonly ordered: boolean | readonly number[] },
): string | undefined {
  const [names, others] = [a, b].map((answer) =>
    JSON.stringify(answer.schema.fields.map(({ name }) => name)),
  );
  if (names !== others) return `columns differ: ${names} and ${others}`;
  const [left, right] = [answerRows(a), answerRows(b)];
  if (left.length !== right.length) return `one has ${left.length} rows, the other ${right.length}`;
  const floats = a.schema.fields.map(
    ({ type }, i) => holdsFloats(type) || holdsFloats(b.schema.fields[i]?.type ?? type),
  );
  if (ordered === false) return compareBags(floats, left, right);
  const keys = ordered === true ? floats.map((_, i) => i) : ordered;
  const at = left.findIndex((row, i) =>
    keys.some((key) => !valuesEqual(floats[key] === true, row[key], right[i]?.[key])),
  );
  if (at >= 0) return `row ${at} differs: ${shownRow(left[at])} and ${shownRow(right[at])}`;
  return ordered === true ? undefined : compareBags(floats, left, right);
}

/** All rows of an answer as arrays, in order; a missing value is null. */
export function answerRows(answer: Answer): readonly Row[] {
  const names = answer.schema.fields.map(({ name }) => name);
  return answer.batches.flatMap((batch) => {
    const rows = toRows(batch);
    return rows.layout === 'arrays'
      ? rows.rows
      : rows.rows.map((row) => names.map((name) => row[name] ?? null));
  });
}

/** Rows with the same exact part go into one bucket; inside it both sides are ordered by their floats and paired. */
function compareBags(
  floats: readonly boolean[],
  left: readonly Row[],
  right: readonly Row[],
): string | undefined {
  const bucketOf = (row: Row): string =>
    JSON.stringify(row.map((value, i) => (floats[i] === true ? shape(value) : exact(value))));
  const others = Map.groupBy(right, bucketOf);
  for (const [bucket, rows] of Map.groupBy(left, bucketOf)) {
    const lonely = unpaired(floats, rows, others.get(bucket) ?? []);
    if (lonely !== undefined) return `a row is in one answer only: ${shownRow(lonely)}`;
  }
  return undefined;
}

function holdsFloats(type: DataType): boolean {
  return type.kind === 'list' ? holdsFloats(type.item) : type.kind === 'float64';
}

/** A row that is on one side only. Equal floats are next to each other in order; what is left is tried one by one. */
function unpaired(floats: readonly boolean[], left: readonly Row[], right: readonly Row[]): Row | undefined {
  const [ours, theirs] = [left.toSorted(floatOrder), right.toSorted(floatOrder)];
  const isPaired = ours.map((row, i) => rowsEqual(floats, row, theirs[i] ?? []));
  const rest = theirs.filter((_, i) => isPaired[i] !== true);
  for (const row of ours.filter((_, i) => isPaired[i] !== true)) {
    const at = rest.findIndex((candidate) => rowsEqual(floats, row, candidate));
    if (at < 0) return row;
    rest.splice(at, 1);
  }
  return rest[0];
}

function floatOrder(a: Row, b: Row): number {
  for (const [i, value] of a.entries()) {
    const other = b[i];
    if (typeof value === 'number' && typeof other === 'number' && value !== other)
      return value < other ? -1 : 1;
  }
  return 0;
}

/** Kind of a value whose floats are compared later. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  return value === null || value === undefined ? 'null' : typeof value;
}

/** JSON text that is equal exactly when two values are; the order of keys has no meaning. */
function exact(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return ['number', String(value)];
  if (typeof value === 'bigint') return ['bigint', String(value)];
  if (value instanceof Date) return ['date', value.getTime()];
  if (value instanceof Uint8Array) return ['bytes', Array.from(value)];
  if (Array.isArray(value)) return ['list', ...value.map(exact)];
  if (typeof value !== 'object') return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return ['object', ...members.map(([key, member]) => [key, exact(member)])];
}

function rowsEqual(floats: readonly boolean[], a: Row, b: Row): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(floats[i] === true, value, b[i]));
}

function valuesEqual(isFloat: boolean, a: unknown, b: unknown): boolean {
  if (isFloat && typeof a === 'number' && typeof b === 'number') return numbersEqual(a, b);
  if (isFloat && Array.isArray(a) && Array.isArray(b))
    return rowsEqual(
      a.map(() => true),
      a,
      b,
    );
  return JSON.stringify(exact(a)) === JSON.stringify(exact(b));
}

function numbersEqual(a: number, b: number): boolean {
  if (a === b || Object.is(a, b)) return true;
  return (
    Number.isFinite(a) &&
    Number.isFinite(b) &&
    Math.abs(a - b) <= FLOAT_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
  );
}

function shownRow(row: Row | undefined): string {
  return `[${(row ?? [])
    .map((value) => (typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)))
    .join(', ')
    .slice(0, 300)}]`;
}
