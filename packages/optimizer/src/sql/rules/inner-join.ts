import type { Expr } from '../expr.ts';
import { columnsIn } from '../walk.ts';
import type { Select, Source } from '../query.ts';
import { leavesOf } from '../query.ts';
import { refusesNull } from '../shapes.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { SqlRule } from './sql-rule.ts';

/** A left join becomes an inner one where WHERE lets no row without a partner through: the engine may then join in any order. */
export const innerJoin: SqlRule = {
  name: 'inner-join',
  engines: { sqlite: 'joins in any order', mysql: 'joins in any order', duckdb: 'joins in any order' },
  margin: 1,
  alternatives: (query) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from === undefined || body.where === undefined) return [];
      const from = tightened(body.from, body.where);
      if (from === undefined) return [];
      const select: Select = { ...body, from };
      return [
        {
          query: swapQuery(query, inner, { ...inner, body: select }),
          reason: 'WHERE refuses the nulls that the outer join adds',
          facts: [],
        },
      ];
    }),
};

/** The sources with one more left join as an inner one; undefined when no null that a join adds is refused. */
export function tightened(source: Source, where: Expr): Source | undefined {
  if (source.kind !== 'join') return undefined;
  const refused = columnsIn(where).some(
    ({ source: alias, name }) =>
      leavesOf(source.right).some((leaf) => leaf.alias === alias) && refusesNull(where, alias, name),
  );
  if (source.type === 'left' && refused) return { ...source, type: 'inner' };
  if (source.type !== 'left' && source.type !== 'inner' && source.type !== 'cross') return undefined;
  const left = tightened(source.left, where);
  return left === undefined ? undefined : { ...source, left };
}
