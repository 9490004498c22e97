import type { Filter, StructuredQuery } from '@perf/contracts';
import { QueryScope } from '@perf/contracts';
import type { Rule } from './rule.ts';

/**
 * Drops a left join of which nothing is used. Proven when the join's columns cover a unique key of its table, so that it
 * neither multiplies nor removes rows, and no other part of the query names its alias.
 */
export const unusedLeftJoin: Rule = {
  name: 'unused-left-join',
  apply(query, { catalog }) {
    const joins = query.joins ?? [];
    if (query.select === undefined) return undefined;
    const scope = QueryScope.of(query, catalog);
    const index = joins.findLastIndex((join, i) => {
      const own = scope.tables[i + 1];
      if (join.type !== 'left' || own === undefined) return false;
      const joined = scope.joinedColumns(query, i + 1);
      const unique = own.table.uniqueKeys.some((key) => key.every((name) => joined.has(name)));
      return unique && !usedAliases(query, scope, i).has(own.alias);
    });
    const dropped = scope.tables[index + 1];
    if (index < 0 || dropped === undefined) return undefined;
    const kept = joins.filter((_, i) => i !== index);
    const { joins: _, ...rest } = query;
    const next: StructuredQuery = kept.length === 0 ? rest : { ...rest, joins: kept };
    const reason = `nothing of ${JSON.stringify(dropped.alias)} is used, and its unique key keeps every row single`;
    return { query: next, reason };
  },
};

/** Aliases that the query names anywhere but in join `except`. Names of a join are looked up among the tables up to its own. */
function usedAliases(query: StructuredQuery, scope: QueryScope, except: number): ReadonlySet<string> {
  const outputs = new Set(scope.output(query).map(({ field }) => field.name));
  const after = [
    ...(query.having === undefined ? [] : filterFields(query.having)),
    ...(query.orderBy ?? []).map(({ field }) => field),
  ];
  const fields = [
    ...(query.select ?? []).flatMap((item) => (typeof item === 'string' ? item : (item.field ?? []))),
    ...(query.groupBy ?? []),
    ...(query.where === undefined ? [] : filterFields(query.where)),
    ...after.filter((field) => !outputs.has(field)),
  ];
  const used = fields.map((field) => scope.resolve(field, 'field').alias);
  const joined = (query.joins ?? []).flatMap((join, i) =>
    i === except ? [] : join.on.map(({ left }) => scope.resolve(left, 'on', i + 1).alias),
  );
  return new Set([...used, ...joined]);
}

function filterFields(filter: Filter): string[] {
  if ('and' in filter) return filter.and.flatMap(filterFields);
  if ('or' in filter) return filter.or.flatMap(filterFields);
  return 'not' in filter ? filterFields(filter.not) : [filter.field];
}
