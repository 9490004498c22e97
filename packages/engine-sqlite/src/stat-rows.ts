import type { HypotheticalIndex, TableStatistics } from '@perf/contracts';

/** A row of `sqlite_stat1`: an index, or none for the table alone, and `rows avg1 avg2 …` as text. */
export interface StatRow {
  readonly table: string;
  readonly index: string | null;
  readonly stat: string;
}

/** Rows with one value of a column that nothing is known of, as SQLite itself assumes. */
const UNKNOWN_AVERAGE = 10;

/**
 * What ANALYZE would write about an index: its rows, and for each prefix of its columns the mean number of rows with equal
 * values. Columns count as independent of each other.
 * @param options.share of the table's rows that are in the index @default 1
 */
export function indexStat(
  statistics: TableStatistics,
  columns: readonly string[],
  options: { readonly unique?: boolean; readonly share?: number } = {},
): string {
  const { unique = false, share = 1 } = options;
  const rows = Math.max(1, Math.round(statistics.rows * share));
  let distinct = 1;
  const averages = columns.map((name, i) => {
    const column = statistics.columns.get(name);
    const present = rows * (1 - (column?.nullFraction ?? 0));
    distinct = Math.min(rows, distinct * (column?.distinct ?? Math.max(1, rows / UNKNOWN_AVERAGE)));
    if (unique && i === columns.length - 1) return 1;
    return Math.max(1, Math.round(Math.min(present, rows) / Math.max(1, distinct)));
  });
  return [rows, ...averages].join(' ');
}

/** The share of a table's rows that an index which leaves some out would hold. */
export function coveredShare(statistics: TableStatistics, only: HypotheticalIndex['only']): number {
  if (only === undefined) return 1;
  const column = statistics.columns.get(only.column);
  const present = 1 - (column?.nullFraction ?? 0);
  if (only.is === 'present') return present;
  const common = column?.commonValues?.find(({ value }) => value === true || value === 1);
  return common?.fraction ?? present / 2;
}

/** Rows of the table that a stat of one of its indexes tells. */
export function statedRows(stat: string): number | undefined {
  const rows = Number(/^\d+/.exec(stat)?.[0]);
  return Number.isFinite(rows) ? rows : undefined;
}
