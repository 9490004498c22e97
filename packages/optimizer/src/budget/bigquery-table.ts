import type { DataType } from '@perf/contracts';

/** How BigQuery splits a table: by day, hour, month or year of a column, or by ranges of whole numbers. */
export type PartitionUnit = 'hour' | 'day' | 'month' | 'year' | 'range';

/** One partition, as `INFORMATION_SCHEMA.PARTITIONS` tells it. */
export interface BigQueryPartition {
  /** `20240131`, `2024013123`, `202401`, `2024`, the first number of a range, `__NULL__` or `__UNPARTITIONED__`. */
  readonly id: string;
  readonly rows: number;
  /** Logical bytes, uncompressed. */
  readonly bytes: number;
}

/** What is known of a table besides its columns, from BigQuery's own views. */
export interface BigQueryTable {
  readonly rows: number;
  /** Logical bytes of the whole table. */
  readonly bytes: number;
  readonly partitioning?: {
    readonly column: string;
    readonly unit: PartitionUnit;
    /** Numbers in a partition of `range`. */
    readonly interval?: number;
    readonly partitions: readonly BigQueryPartition[];
  };
  /** Columns by which rows are sorted within partitions, the first one first. */
  readonly clustering?: readonly string[];
}

/** Least and most bytes of one value that is not null, by BigQuery's published sizes. */
export function bytesOfValue({ kind }: DataType): { readonly least: number; readonly most: number } {
  switch (kind) {
    case 'bool':
      return { least: 1, most: 1 };
    case 'int32':
    case 'int64':
    case 'float64':
    case 'date':
    case 'timestamp':
      return { least: 8, most: 8 };
    case 'decimal':
      // NUMERIC and BIGNUMERIC.
      return { least: 16, most: 32 };
    case 'utf8':
    case 'binary':
    case 'json':
      return { least: 2, most: Infinity };
    case 'list':
      return { least: 0, most: Infinity };
  }
}
