import type { Catalog, HypotheticalIndex, QueryStatistics, TableStatistics } from '@perf/contracts';
import type { Query } from '../sql/query.ts';
import { costOf } from '../sql/query-cost.ts';
import { readStatement } from '../sql/read-statement.ts';
import type { SqlName } from '../sql/sql-name.ts';
import type { AskCost } from './advice.ts';

/**
 * Costs by our own estimate, for engines that plan with no index that is not there. It sees what an index begins with, no more: of two that begin alike
 * the smaller wins.
 */
export function modelCost(
  dialect: SqlName,
  { catalog, statistics }: { readonly catalog: Catalog; readonly statistics: QueryStatistics },
): AskCost {
  const read = new Map<string, Query | undefined>();
  const queryOf = (text: string): Query | undefined => {
    if (!read.has(text)) {
      const found = readStatement(text, dialect, catalog);
      read.set(text, 'query' in found ? found.query : undefined);
    }
    return read.get(text);
  };
  return async (text, indexes) => {
    const query = queryOf(text);
    return query === undefined ? 1 : costOf(query, withIndexes(statistics, indexes), dialect).cost;
  };
}

/** The statistics as they would be with these indexes. */
function withIndexes(statistics: QueryStatistics, indexes: readonly HypotheticalIndex[]): QueryStatistics {
  if (indexes.length === 0) return statistics;
  const tables = new Map<string, TableStatistics>(statistics.tables);
  for (const { table, columns } of indexes) {
    const known: TableStatistics = tables.get(table) ?? { rows: -1, sampledRows: 0, columns: new Map() };
    tables.set(table, { ...known, indexes: [...(known.indexes ?? []), columns.map(({ name }) => name)] });
  }
  return { tables };
}
