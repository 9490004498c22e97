import type { ObjectRowBatch, RepeatableSource } from '@perf/contracts';
import type { Pools } from './mixed-values.ts';
import { MixedRow, makePools, mixedSchema } from './mixed-values.ts';

/** How the rows are made. */
export interface MixedRowsOptions {
  /** `created_at` as `Date`, or as ISO text for writers that know no dates; the text costs nothing extra. @default 'date' */
  readonly dates?: 'date' | 'iso';
  /** Rows to leave out at the beginning. @default 0 */
  readonly from?: number;
  /** Rows after which the values come again, but for the id. @default never */
  readonly cycle?: number;
}

/**
 * Seeded rows that cost little to make: a 16-digit integer, a two-decimal amount, full doubles, dates, an enum, names with
 * accents and CJK, cities with commas, quotes and nulls, text of 20 to 400 characters with line breaks and emoji. Texts and
 * dates come from pools that are made by the call itself. A row is the same whatever `rows` and `batchRows` are.
 */
export function mixedRowBatches(
  rows: number,
  batchRows = 4096,
  options: MixedRowsOptions = {},
): AsyncGenerator<ObjectRowBatch> {
  const { from = 0, cycle = Number.MAX_SAFE_INTEGER } = options;
  return batches({ from, to: rows, cycle }, batchRows, makePools(options.dates ?? 'date'));
}

/** The same rows as a source that begins after any row, for exports that go on after a crash. @param after the cursor: an id */
export function mixedSource(
  rows: number,
  { after, batchRows }: { readonly after?: unknown; readonly batchRows?: number } = {},
): RepeatableSource {
  const from = typeof after === 'number' ? after : 0;
  return {
    schema: mixedSchema,
    fingerprint: `mixed rows ${rows}`,
    cursorAfter: (batch, index) => {
      const row = batch.kind === 'rows' ? batch.rows[index] : undefined;
      return row !== undefined && 'id' in row ? row['id'] : undefined;
    },
    [Symbol.asyncIterator]: () => mixedRowBatches(rows, batchRows, { from }),
  };
}

async function* batches(
  range: { readonly from: number; readonly to: number; readonly cycle: number },
  batchRows: number,
  pools: Pools,
): AsyncGenerator<ObjectRowBatch> {
  const row = new MixedRow();
  for (let { from } = range; from < range.to; from += batchRows) {
    const length = Math.min(batchRows, range.to - from);
    const batch: Readonly<Record<string, unknown>>[] = [];
    for (let i = 0; i < length; i++) batch.push(rowAt(from + i, range.cycle, row, pools));
    yield { kind: 'rows', schema: mixedSchema, layout: 'objects', rows: batch };
  }
}

function rowAt(index: number, cycle: number, row: MixedRow, pools: Pools): Readonly<Record<string, unknown>> {
  row.seek(index % cycle);
  const { cityAt, commentAt } = row;
  return {
    id: index + 1,
    account_no: row.account,
    amount: row.amount,
    rate: row.rate,
    created_at: pools.instants[row.instantAt],
    status: pools.statuses[row.statusAt],
    name: pools.names[row.nameAt],
    city_note: cityAt < 0 ? null : pools.cities[cityAt],
    active: row.isActive,
    comment: commentAt < 0 ? null : pools.comments[commentAt],
  };
}
