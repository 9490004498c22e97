import type { CatalogTable, ColumnStatistics, StatisticValue, TableStatistics } from '@perf/contracts';
import { printDataType } from '@perf/contracts';
import type { DatabaseFacts } from './database-facts.ts';

/** What a file of statistics calls itself. */
export const FACTS_FORMAT = 'perf-statistics';
/** Goes up when an older reader could not read what is written. */
export const FACTS_VERSION = 1;

/** A whole number of any size: JSON has none. */
export interface WrittenInteger {
  readonly int64: string;
}

/** The text of a file of statistics. @param values whether common values and borders of buckets, which are values of the data, are written */
export function factsAsJson(
  { dialect, catalog, statistics, indexes }: DatabaseFacts,
  { values }: { readonly values: boolean },
): string {
  const file = {
    format: FACTS_FORMAT,
    version: FACTS_VERSION,
    dialect,
    catalog: { version: catalog.version, tables: [...catalog.tables.values()].map(writtenTable) },
    statistics: [...statistics.tables].map(([name, table]) => ({
      name,
      ...writtenStatistics(table, values),
    })),
    indexes,
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

function writtenTable(table: CatalogTable): unknown {
  return {
    ...table,
    columns: table.columns.map((column) => ({ ...column, type: printDataType(column.type) })),
  };
}

function writtenStatistics({ columns, ...table }: TableStatistics, values: boolean): object {
  return {
    ...table,
    columns: [...columns].map(([name, column]) => ({ name, ...writtenColumn(column, values) })),
  };
}

function writtenColumn({ commonValues, histogram, ...column }: ColumnStatistics, values: boolean): object {
  if (!values) return column;
  return {
    ...column,
    ...(commonValues === undefined
      ? {}
      : { commonValues: commonValues.map(({ value, fraction }) => ({ value: written(value), fraction })) }),
    ...(histogram === undefined ? {} : { histogram: histogram.map(written) }),
  };
}

function written(value: StatisticValue): string | number | boolean | WrittenInteger {
  return typeof value === 'bigint' ? { int64: String(value) } : value;
}
