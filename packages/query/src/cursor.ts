import type { Batch, DataType, Scalar, Schema } from '@perf/contracts';
import { PerfError, cellReader } from '@perf/contracts';

/** Where a resumed answer goes on: after the row with these values of `orderBy`, the `rows`-th of the whole. JSON-safe. */
export interface AnswerCursor {
  readonly after: readonly Scalar[];
  readonly rows: number;
}

/** Reads a cursor that was kept as JSON. Throws `ERR_PERF_CHECKPOINT_MISMATCH` when it is none. */
export function readCursor(value: unknown): AnswerCursor {
  if (typeof value === 'object' && value !== null && 'after' in value && 'rows' in value) {
    const { after, rows } = value;
    if (
      Array.isArray(after) &&
      after.every(isScalar) &&
      typeof rows === 'number' &&
      Number.isSafeInteger(rows)
    )
      return { after, rows };
  }
  throw new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    'the cursor is none of a query; remove the checkpoint and start again',
  );
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** The values of columns `places` in row `index` as JSON scalars, as `after` of a query wants them. */
export function scalarsOf(schema: Schema, batch: Batch, index: number, places: readonly number[]): Scalar[] {
  return places.map((place) => {
    const field = schema.fields[place];
    if (field === undefined)
      throw new PerfError('ERR_PERF_SOURCE_FAILED', 'the answer lacks a column of its order');
    return toScalar(valueAt(batch, index, place, field.name, field.type), field.type, field.name);
  });
}

function valueAt(batch: Batch, index: number, place: number, name: string, type: DataType): unknown {
  if (batch.kind === 'columns') {
    const column = batch.columns[place];
    return column === undefined ? undefined : cellReader(type, column)(index);
  }
  return batch.layout === 'arrays' ? batch.rows[index]?.[place] : batch.rows[index]?.[name];
}

const PER_SECOND = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n } as const;
const FRACTION_DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const;

function toScalar(value: unknown, type: DataType, name: string): Scalar {
  if (value === null || value === undefined) return null;
  if (type.kind === 'timestamp') return instantText(value, type.unit, name);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      `column ${name} holds ${value}, from which no query can go on`,
    );
  if (isScalar(value)) return value;
  throw new PerfError('ERR_PERF_UNSUPPORTED', `column ${name} cannot order an answer that is resumed`);
}

/** ISO 8601 with every digit of the column's unit. */
function instantText(value: unknown, unit: keyof typeof PER_SECOND, name: string): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'bigint')
    throw new PerfError('ERR_PERF_SOURCE_FAILED', `column ${name} holds a ${typeof value}, not an instant`);
  const per = PER_SECOND[unit];
  const fraction = ((value % per) + per) % per;
  const seconds = new Date(Number((value - fraction) / per) * 1000).toISOString().slice(0, 19);
  const digits = FRACTION_DIGITS[unit];
  return digits === 0 ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(digits, '0')}Z`;
}
