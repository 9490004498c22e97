import type {
  CatalogColumn,
  CatalogTable,
  ColumnStatistics,
  Dialect,
  ForeignKey,
  IndexColumn,
  StatisticValue,
  TableIndex,
  TableStatistics,
} from '@perf/contracts';
import { PerfError, parseDataType } from '@perf/contracts';
import type { DatabaseFacts } from './database-facts.ts';
import { JsonReader } from './json-reader.ts';
import { FACTS_FORMAT, FACTS_VERSION } from './write-facts.ts';

/** Longest file that is read, in characters. */
const LONGEST = 128 * 1024 * 1024;
const MOST_TABLES = 100_000;
const MOST_COLUMNS = 10_000;
const MOST_VALUES = 100_000;
const LONGEST_VALUE = 100_000;
const DIALECTS: readonly Dialect[] = ['postgres', 'sqlite', 'mysql', 'duckdb'];

/**
 * Reads a file of statistics, which is not trusted: what is not as it was written is `ERR_PERF_INVALID_VALUE` with its place. Fields that are not known
 * are left out.
 */
export function readFacts(text: string): DatabaseFacts {
  const file = parsed(text);
  if (file.at('format').value !== FACTS_FORMAT)
    throw new PerfError('ERR_PERF_INVALID_VALUE', 'this is no file of perf-bench stats');
  if (file.at('version').value !== FACTS_VERSION)
    throw new PerfError(
      'ERR_PERF_INVALID_VALUE',
      `the file of statistics is not of version ${FACTS_VERSION}; write it again with perf-bench stats`,
    );
  const catalog = file.at('catalog');
  const tables = catalog.at('tables').list(MOST_TABLES).map(tableIn);
  const statistics = file.at('statistics').list(MOST_TABLES);
  return {
    dialect: file.at('dialect').oneOf(DIALECTS),
    catalog: {
      version: catalog.at('version').text(),
      tables: new Map(tables.map((table) => [table.name, table])),
    },
    statistics: { tables: new Map(statistics.map((each) => [each.at('name').text(), statisticsIn(each)])) },
    indexes: file.at('indexes').list(MOST_TABLES).map(indexIn),
  };
}

function parsed(text: string): JsonReader {
  if (text.length > LONGEST)
    throw new PerfError('ERR_PERF_INVALID_VALUE', 'the file of statistics is longer than 128 MiB');
  try {
    return new JsonReader(JSON.parse(text.replace(/^\uFEFF/, '')), 'statistics');
  } catch (cause) {
    // What JSON.parse says may hold a piece of the text.
    if (cause instanceof SyntaxError)
      throw new PerfError('ERR_PERF_INVALID_VALUE', 'the file of statistics is not JSON');
    throw cause;
  }
}

const names = (reader: JsonReader): readonly string[] => reader.list(MOST_COLUMNS).map((each) => each.text());

function tableIn(table: JsonReader): CatalogTable {
  return {
    name: table.at('name').text(),
    columns: table.at('columns').list(MOST_COLUMNS).map(columnIn),
    uniqueKeys: table.at('uniqueKeys').list(MOST_COLUMNS).map(names),
    foreignKeys: table.at('foreignKeys').list(MOST_COLUMNS).map(foreignKeyIn),
  };
}

function columnIn(column: JsonReader): CatalogColumn {
  const engineType = column.at('engineType').maybe((each) => each.text());
  const classification = column.at('classification').maybe((each) => each.oneOf(['pii', 'secret'] as const));
  return {
    name: column.at('name').text(),
    type: parseDataType(column.at('type').text()) ?? column.at('type').fail('a type'),
    nullable: column.at('nullable').flag(),
    ...(engineType === undefined ? {} : { engineType }),
    ...(classification === undefined ? {} : { classification }),
  };
}

function foreignKeyIn(key: JsonReader): ForeignKey {
  return {
    columns: names(key.at('columns')),
    table: key.at('table').text(),
    references: names(key.at('references')),
    enforced: key.at('enforced').flag(),
  };
}

function statisticsIn(table: JsonReader): TableStatistics {
  const columns = table.at('columns').list(MOST_COLUMNS);
  const bytes = table.at('bytes').maybe((each) => each.number(0));
  const indexes = table.at('indexes').maybe((each) => each.list(MOST_COLUMNS).map(names));
  return {
    rows: table.at('rows').number(0),
    sampledRows: table.at('sampledRows').number(0),
    columns: new Map(columns.map((column) => [column.at('name').text(), columnStatisticsIn(column)])),
    ...(bytes === undefined ? {} : { bytes }),
    ...(indexes === undefined ? {} : { indexes }),
  };
}

function columnStatisticsIn(column: JsonReader): ColumnStatistics {
  const distinct = column.at('distinct').maybe((each) => each.number(1));
  const averageBytes = column.at('averageBytes').maybe((each) => each.number(0));
  const commonValues = column.at('commonValues').maybe((each) =>
    each.list(MOST_VALUES).map((common) => ({
      value: valueIn(common.at('value')),
      fraction: common.at('fraction').number(0, 1),
    })),
  );
  const histogram = column.at('histogram').maybe((each) => each.list(MOST_VALUES).map(valueIn));
  return {
    nullFraction: column.at('nullFraction').number(0, 1),
    ...(distinct === undefined ? {} : { distinct }),
    ...(averageBytes === undefined ? {} : { averageBytes }),
    ...(commonValues === undefined ? {} : { commonValues }),
    ...(histogram === undefined ? {} : { histogram }),
  };
}

function valueIn(reader: JsonReader): StatisticValue {
  const { value } = reader;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return reader.text(LONGEST_VALUE);
  if (typeof value === 'number') return reader.number(-Infinity);
  const digits = reader.at('int64').text(40);
  return /^-?\d+$/.test(digits) ? BigInt(digits) : reader.fail('a value');
}

function indexIn(index: JsonReader): TableIndex {
  const bytes = index.at('bytes').maybe((each) => each.number(0));
  const scans = index.at('scans').maybe((each) => each.number(0));
  return {
    name: index.at('name').text(),
    table: index.at('table').text(),
    columns: index.at('columns').list(MOST_COLUMNS).map(indexColumnIn),
    unique: index.at('unique').flag(),
    primary: index.at('primary').flag(),
    partial: index.at('partial').flag(),
    ...(bytes === undefined ? {} : { bytes }),
    ...(scans === undefined ? {} : { scans }),
  };
}

function indexColumnIn(column: JsonReader): IndexColumn {
  const direction = column.at('direction').maybe((each) => each.oneOf(['asc', 'desc'] as const));
  return { name: column.at('name').text(), ...(direction === undefined ? {} : { direction }) };
}
