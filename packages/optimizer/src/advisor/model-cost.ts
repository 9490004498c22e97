import type { Catalog, HypotheticalIndex, QueryStatistics, TableStatistics } from '@perf/contracts';
import type { Query } from '../sql/query.ts';
import { costOf } from '../sql/query-cost.ts';
import { readStatement } from '../sql/read-statement.ts';
import type { SqlName } from '../sql/sql-name.ts';
import type { AskCost } from './advice.ts';
import { withEffects } from './index-effects.ts';
import type { TableUse } from './table-uses.ts';
import { tableUses } from './table-uses.ts';

/** Costs by our own estimate, for engines that plan with no index that is not there. */
export function modelCost(
  dialect: SqlName,
  { catalog, statistics }: { readonly catalog: Catalog; readonly statistics: QueryStatistics },
): AskCost {
  const known = new Map<string, { readonly query: Query; readonly uses: readonly TableUse[] } | undefined>();
  return async (text, indexes) => {
    if (!known.has(text)) {
      const read = readStatement(text, dialect, catalog);
      known.set(text, 'query' in read ? { query: read.query, uses: tableUses(read.query) } : undefined);
    }
    const statement = known.get(text);
    if (statement === undefined) return Number.NaN;
    const { cost } = costOf(statement.query, withIndexes(statistics, indexes), dialect);
    return withEffects(cost, { ...statement, indexes }, { dialect, statistics });
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
