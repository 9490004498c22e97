/** A bucket border or common value as the engine compares it; dates and timestamps as epoch ms, decimals as float64. */
export type StatisticValue = string | number | bigint | boolean;

/** What is known about the values of one column. Every figure describes non-null values unless it says otherwise. */
export interface ColumnStatistics {
  /** Share of rows that are null, 0 to 1. */
  readonly nullFraction: number;
  /** Distinct values, at least 1; absent when unknown. */
  readonly distinct?: number;
  /** Most common values with their share of all rows, most common first. */
  readonly commonValues?: readonly { readonly value: StatisticValue; readonly fraction: number }[];
  /** Borders of buckets that hold equal numbers of the rows outside `commonValues`, ascending, at least two. */
  readonly histogram?: readonly StatisticValue[];
  /** Mean bytes of a value, for cost. */
  readonly averageBytes?: number;
}

/** What is known about one table. */
export interface TableStatistics {
  readonly rows: number;
  /** Rows read to learn `columns`; equal to `rows` when all were. */
  readonly sampledRows: number;
  readonly columns: ReadonlyMap<string, ColumnStatistics>;
  /** Bytes of the table without its indexes. */
  readonly bytes?: number;
  /** Columns of each index, in order; absent when unknown, so that only keys are taken for indexed. */
  readonly indexes?: readonly (readonly string[])[];
}

/** Statistics of the tables of a query, by table name. A missing table or column means unknown, never empty. */
export interface QueryStatistics {
  readonly tables: ReadonlyMap<string, TableStatistics>;
}
