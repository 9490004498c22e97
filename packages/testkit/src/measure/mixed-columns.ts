import type { Column, ColumnBatch, Utf8Data } from '@perf/contracts';
import type { Pools } from './mixed-values.ts';
import { MixedRow, makePools, mixedSchema } from './mixed-values.ts';

/** Rows after which the values of `mixedColumnBatches` come again, but for the id. */
export const MIXED_CYCLE: number = 65_536;

/**
 * The rows of `mixedRowBatches(rows, batchRows, { cycle: MIXED_CYCLE })` as columns, the way a columnar engine hands its own memory over:
 * text as offsets and UTF-8 bytes, nothing made for a single cell. Columns are made by the call itself and handed out again in every cycle,
 * but for the ids.
 */
export function mixedColumnBatches(rows: number, batchRows = 4096): AsyncGenerator<ColumnBatch> {
  const pools = makePools('date');
  const made: ColumnBatch[] = [];
  for (let from = 0; from < Math.min(rows, MIXED_CYCLE); from += batchRows)
    made.push(columnsOf(from, Math.min(batchRows, MIXED_CYCLE - from), pools));
  return handedOut(made, rows, batchRows);
}

async function* handedOut(
  made: readonly ColumnBatch[],
  rows: number,
  batchRows: number,
): AsyncGenerator<ColumnBatch> {
  for (let from = 0; from < rows;) {
    const batch = made[Math.floor((from % MIXED_CYCLE) / batchRows)];
    if (batch === undefined) return;
    const length = Math.min(batch.length, rows - from);
    const ids = new Int32Array(batch.length);
    for (let i = 0; i < length; i++) ids[i] = from + i + 1;
    yield { ...batch, length, columns: [{ data: ids }, ...batch.columns.slice(1)] };
    from += length;
  }
}

function columnsOf(from: number, length: number, pools: Pools): ColumnBatch {
  const [ids, amounts, rates] = [new Int32Array(length), new Float64Array(length), new Float64Array(length)];
  const [accounts, times] = [new BigInt64Array(length), new BigInt64Array(length)];
  const [actives, hasRate] = [new Uint8Array(length), new Uint8Array((length + 7) >> 3)];
  const texts = {
    status: new TextColumn(),
    name: new TextColumn(),
    city: new TextColumn(),
    comment: new TextColumn(),
  };
  const row = new MixedRow();
  for (let i = 0; i < length; i++) {
    row.seek(from + i);
    accounts[i] = BigInt(row.account);
    amounts[i] = row.amount;
    rates[i] = row.rate ?? 0;
    if (row.rate !== null) setBit(hasRate, i);
    times[i] = BigInt(new Date(pools.instants[row.instantAt] ?? 0).getTime());
    actives[i] = row.isActive ? 1 : 0;
    texts.status.add(pools.statuses[row.statusAt]);
    texts.name.add(pools.names[row.nameAt]);
    texts.city.add(pools.cities[row.cityAt]);
    texts.comment.add(pools.comments[row.commentAt]);
  }
  const columns: Column[] = [
    { data: ids },
    { data: accounts },
    { data: amounts },
    { data: rates, validity: hasRate },
    { data: times },
    { data: texts.status.data() },
    { data: texts.name.data() },
    texts.city.column(),
    { data: actives },
    texts.comment.column(),
  ];
  return { kind: 'columns', schema: mixedSchema, length, columns };
}

function setBit(bits: Uint8Array, at: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
}

/** Text of one column as it grows. */
class TextColumn {
  readonly #texts: (Buffer | undefined)[] = [];

  add(text: string | undefined): void {
    this.#texts.push(text === undefined ? undefined : Buffer.from(text));
  }

  data(): Utf8Data {
    const offsets = new Int32Array(this.#texts.length + 1);
    for (const [i, text] of this.#texts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + (text?.length ?? 0);
    const bytes = Buffer.concat(this.#texts.filter((text) => text !== undefined));
    return { offsets, bytes: Uint8Array.from(bytes) };
  }

  column(): Column {
    const validity = new Uint8Array((this.#texts.length + 7) >> 3);
    for (const [i, text] of this.#texts.entries()) if (text !== undefined) setBit(validity, i);
    return { data: this.data(), validity };
  }
}
