import type { ColumnStatistics, DataType, TableStatistics } from '@perf/contracts';
import { PerfError, sampleStatistics } from '@perf/contracts';
import { HyperLogLog } from './hyper-log-log.ts';
import { textOf } from './read-rows.ts';
import { chanceOf } from './value-hash.ts';

/** How statistics are taken from rows in hand. */
export interface TableStatisticsOptions {
  /** Most rows kept to learn common values and the histogram from. @default 10,000 */
  readonly sampleRows?: number;
}

interface ColumnBuilder {
  readonly name: string;
  readonly type: DataType;
  readonly values: unknown[];
  readonly distinct: HyperLogLog;
  nulls: number;
}

/**
 * Statistics of a table from all its rows, one by one, in bounded memory: rows, nulls and distinct values (HyperLogLog) of all of them,
 * common values and an equi-depth histogram of an even sample (Vitter's algorithm R, 1985). The same rows give the same statistics.
 *
 * @example
 * const builder = new TableStatisticsBuilder(table.columns);
 * for (const row of rows) builder.add(row);
 * const statistics = builder.finish();
 */
export class TableStatisticsBuilder {
  readonly #columns: readonly ColumnBuilder[];
  readonly #sampleRows: number;
  #rows = 0;

  constructor(
    columns: readonly { readonly name: string; readonly type: DataType }[],
    { sampleRows = 10_000 }: TableStatisticsOptions = {},
  ) {
    if (!Number.isInteger(sampleRows) || sampleRows < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `sampleRows must be a positive integer, got ${sampleRows}`,
      );
    this.#sampleRows = sampleRows;
    this.#columns = columns.map(({ name, type }) => ({
      name,
      type,
      values: [],
      distinct: new HyperLogLog(),
      nulls: 0,
    }));
  }

  /** @param row values in the order of the columns, as they stand in rows; a missing one is null */
  add(row: readonly unknown[]): void {
    const place =
      this.#rows < this.#sampleRows
        ? this.#rows
        : Math.floor(chanceOf(String(this.#rows), 1) * (this.#rows + 1));
    this.#rows++;
    for (const [i, column] of this.#columns.entries()) {
      const value = row[i] ?? null;
      if (value === null) column.nulls++;
      else column.distinct.add(textOf(value));
      if (place < this.#sampleRows) column.values[place] = value;
    }
  }

  finish(): TableStatistics {
    const sampledRows = Math.min(this.#rows, this.#sampleRows);
    return {
      rows: this.#rows,
      sampledRows,
      columns: new Map(this.#columns.map((column) => [column.name, this.#column(column, sampledRows)])),
    };
  }

  #column({ type, values, distinct, nulls }: ColumnBuilder, sampledRows: number): ColumnStatistics {
    const sampled = sampleStatistics(type, values, this.#rows);
    // A sample of all rows is exact.
    if (sampledRows === this.#rows || sampled.distinct === undefined) return sampled;
    const present = this.#rows - nulls;
    const counted = Math.round(Math.min(present, distinct.distinct));
    return {
      ...sampled,
      nullFraction: nulls / this.#rows,
      distinct: Math.max(1, sampled.commonValues?.length ?? 0, counted),
    };
  }
}
