import type { Batch } from './batch.ts';
import { toRows } from './column-values.ts';
import type { Schema } from './data-type.ts';

/** A whole answer in memory. */
export interface Answer {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
}

/** How far two floats may lie apart, relative to the larger. */
const FLOAT_TOLERANCE = 1e-9;

/**
 * Says how two answers differ, in one sentence, or undefined when they are equal: as a sequence when `ordered` (the query
 * has a total order), else as a bag. Floats match within 1e-9 relative, everything else exactly; column names must match.
 */
export function compareAnswers(
  a: Answer,
  b: Answer,
  options: { readonly ordered: boolean },
): string | undefined {
  const [names, others] = [a, b].map((answer) => answer.schema.fields.map(({ name }) => name).join());
  if (names !== others) return `columns differ: ${names} and ${others}`;
  const [left, right] = [answerRows(a), answerRows(b)];
  if (left.length !== right.length) return `one has ${left.length} rows, the other ${right.length}`;
  if (!options.ordered) return compareBags(a.schema, left, right);
  const at = left.findIndex((row, i) => !rowsEqual(row, right[i] ?? []));
  return at < 0 ? undefined : `row ${at} differs: ${shownRow(left[at])} and ${shownRow(right[at])}`;
}

/** All rows of an answer as arrays, in order. */
export function answerRows(answer: Answer): readonly (readonly unknown[])[] {
  const names = answer.schema.fields.map(({ name }) => name);
  return answer.batches.flatMap((batch) => {
    const rows = toRows(batch);
    return rows.layout === 'arrays'
      ? rows.rows
      : rows.rows.map((row) => names.map((name) => row[name] ?? null));
  });
}

/** Rows with the same exact part go into one bucket; inside it rows are matched one by one, as floats may differ slightly. */
function compareBags(
  schema: Schema,
  left: readonly (readonly unknown[])[],
  right: readonly (readonly unknown[])[],
): string | undefined {
  const floats = schema.fields.map(({ type }) => type.kind === 'float64');
  const exactPart = (row: readonly unknown[]): string =>
    row.map((value, i) => (floats[i] === true ? typeof value : exact(value))).join('\u0001');
  const buckets = new Map<string, (readonly unknown[])[]>();
  for (const row of right) {
    const key = exactPart(row);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [row]);
    else bucket.push(row);
  }
  for (const row of left) {
    const bucket = buckets.get(exactPart(row)) ?? [];
    const at = bucket.findIndex((candidate) => rowsEqual(row, candidate));
    if (at < 0) return `a row is in one answer only: ${shownRow(row)}`;
    bucket.splice(at, 1);
  }
  return undefined;
}

/** Text that is equal exactly when two values are. */
function exact(value: unknown): string {
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Date) return `@${value.getTime()}`;
  if (value instanceof Uint8Array) return `#${Array.from(value).join()}`;
  return value === undefined
    ? 'null'
    : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}

function rowsEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, i) => valuesEqual(value, b[i]));
}

function valuesEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return (
      Object.is(a, b) || a === b || Math.abs(a - b) <= FLOAT_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
    );
  return exact(a) === exact(b) && typeof a === typeof b;
}

function shownRow(row: readonly unknown[] | undefined): string {
  return `[${(row ?? [])
    .map((value) => (typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)))
    .join(', ')
    .slice(0, 300)}]`;
}
