import { hasAggregate } from '../walk.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { SqlRule } from './sql-rule.ts';

/** DISTINCT goes where the output holds a key of the rows, none of it null: no two rows are alike then. */
export const redundantDistinct: SqlRule = {
  name: 'redundant-distinct',
  engines: { postgres: '1.7×', sqlite: '2.0×', mysql: '1.1×', duckdb: '1.25×' },
  margin: 1,
  alternatives: (query, { shapes }) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || !body.distinct) return [];
      const shown = new Set(
        body.output.flatMap(({ expr }) => (expr.kind === 'column' ? [`${expr.source} ${expr.name}`] : [])),
      );
      const isGrouped =
        body.group.length > 0 ||
        body.having !== undefined ||
        body.output.some(({ expr }) => hasAggregate(expr));
      const isUnique = isGrouped
        ? body.group.every((key) => key.kind === 'column' && shown.has(`${key.source} ${key.name}`))
        : shapes
            .rowKeys(body)
            .some((key) => key.length > 0 && key.every(({ source, name }) => shown.has(`${source} ${name}`)));
      if (!isUnique) return [];
      const next = swapQuery(query, inner, { ...inner, body: { ...body, distinct: false } });
      return [
        {
          query: next,
          reason: 'the output holds a key of its rows, so none repeats',
          facts: ['the keys of the tables are enforced and not null'],
        },
      ];
    }),
};
