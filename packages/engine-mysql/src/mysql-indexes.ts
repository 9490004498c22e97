import type { IndexColumn, TableIndex } from '@perf/contracts';
import type { Ask, Row } from './mysql-catalog.ts';
import { isPerfError } from '@perf/contracts';

const INDEXES = `SELECT TABLE_NAME AS t, INDEX_NAME AS i, COLUMN_NAME AS c, NON_UNIQUE AS repeats, COLLATION AS direction, CARDINALITY AS cardinality,
  SUB_PART AS prefix FROM information_schema.statistics WHERE TABLE_SCHEMA = DATABASE() AND INDEX_TYPE IN ('BTREE', 'HASH')
  ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`;
const SIZES = `SELECT table_name AS t, index_name AS i, SUM(stat_value) * @@innodb_page_size AS bytes FROM mysql.innodb_index_stats
  WHERE database_name = DATABASE() AND stat_name = 'size' GROUP BY table_name, index_name`;
const USES = `SELECT OBJECT_NAME AS t, INDEX_NAME AS i, COUNT_READ AS uses FROM performance_schema.table_io_waits_summary_by_index_usage
  WHERE OBJECT_SCHEMA = DATABASE() AND INDEX_NAME IS NOT NULL`;

/** An index with what else the server tells of it. */
export interface KnownIndex extends TableIndex {
  /** Distinct values of the first column, as the server guesses. */
  readonly leadingDistinct: number | undefined;
  /** Whether it holds whole values, not only how they begin. */
  readonly whole: boolean;
}

/** All indexes on columns that keep an order or a hash: no full text, no shapes, no expressions. */
export async function readIndexes(ask: Ask): Promise<readonly KnownIndex[]> {
  const rows = await ask(INDEXES);
  return [...Map.groupBy(rows, (row) => JSON.stringify([row['t'], row['i']])).values()]
    .filter((parts) => parts.every((row) => typeof row['c'] === 'string'))
    .map((parts) => {
      const [first] = parts;
      const name = String(first?.['i']);
      const distinct = Number(first?.['cardinality'] ?? Number.NaN);
      const whole = parts.every((row) => row['prefix'] === null);
      return {
        name,
        table: String(first?.['t']),
        columns: parts.map(indexColumn),
        unique: Number(first?.['repeats']) === 0,
        primary: name === 'PRIMARY',
        partial: false,
        leadingDistinct: Number.isFinite(distinct) && parts[0]?.['prefix'] === null ? distinct : undefined,
        whole,
      };
    });
}

/** The indexes with their sizes, where the user may read the server's own tables, and uses, where the server counts them. */
export async function measuredIndexes(ask: Ask, counts: boolean): Promise<readonly TableIndex[]> {
  const [indexes, sizes, uses] = [
    await readIndexes(ask),
    await figures(ask, SIZES, 'bytes'),
    counts ? await figures(ask, USES, 'uses') : new Map<string, number>(),
  ];
  return indexes.map((known) => {
    const { leadingDistinct: _distinct, whole: _whole, ...index } = known;
    const key = JSON.stringify([index.table, index.name]);
    const [bytes, scans] = [sizes.get(key), uses.get(key)];
    return {
      ...index,
      ...(bytes === undefined ? {} : { bytes }),
      ...(scans === undefined ? {} : { scans }),
    };
  });
}

function indexColumn(row: Row): IndexColumn {
  return { name: String(row['c']), ...(row['direction'] === 'D' ? { direction: 'desc' } : {}) };
}

async function figures(ask: Ask, text: string, name: string): Promise<ReadonlyMap<string, number>> {
  const rows = await ask(text).catch((error: unknown) => {
    // The user may not look there: then the figures are unknown.
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
    throw error;
  });
  return new Map(rows.map((row) => [JSON.stringify([row['t'], row['i']]), Number(row[name])]));
}
