import { QueryScope } from '@perf/contracts';
import { buildBlock } from '../block.ts';
import type { Rule } from './rule.ts';

/**
 * Drops DISTINCT where rows cannot repeat: the answer holds every group key, or an enforced unique key of non-null columns
 * of each table, where a joined table may instead be joined on such a key.
 */
export const redundantDistinct: Rule = {
  name: 'redundant-distinct',
  apply(query, { catalog }) {
    const block = buildBlock(query, catalog);
    if (!block.distinct) return undefined;
    const scope = QueryScope.of(query, catalog);
    const shown = (alias: string, name: string): boolean =>
      block.output.some(
        ({ aggregate, source }) =>
          aggregate === undefined && source?.alias === alias && source.column.name === name,
      );
    const proven = block.grouped
      ? block.groupBy.every(({ alias, column }) => shown(alias, column.name))
      : [block.from, ...block.joins.map(({ table }) => table)].every(({ alias, table }, i) => {
          const joined = scope.joinedColumns(query, i);
          const required = (name: string): boolean =>
            table.columns.some((column) => column.name === name && !column.nullable);
          return table.uniqueKeys.some((key) =>
            key.every((name) => joined.has(name) || (required(name) && shown(alias, name))),
          );
        });
    if (!proven) return undefined;
    const { distinct: _, ...rest } = query;
    return {
      query: rest,
      reason: 'the selected columns hold a unique key, so no row can repeat',
    };
  },
};
