import type { Expr } from './expr.ts';
import type { Query, Source } from './query.ts';
import { mapExpr, sourcesWithin } from './walk.ts';
import { mapQuery } from './site.ts';

/** The query once more, with new names for all its sources, so that both can stand in one statement. */
export function cloneQuery(query: Query, fresh: (wanted: string) => string): Query {
  const names = new Map([...sourcesWithin(query)].map((alias) => [alias, fresh(alias)]));
  return renamed(query, names);
}

function renamed(query: Query, names: ReadonlyMap<string, string>): Query {
  const inQuery = (each: Query): Query => renamed(each, names);
  const inExpr = (expr: Expr): Expr => renamedExpr(expr, names);
  const { body, ...rest } = query;
  const from =
    body.kind === 'select' && body.from !== undefined ? renamedSource(body.from, names) : undefined;
  const next = body.kind === 'select' ? { ...body, from } : body;
  return mapQuery({ ...rest, body: next }, { query: inQuery, expr: inExpr });
}

/** An expression with its sources called otherwise, in the queries within it too. */
function renamedExpr(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  return mapExpr(
    expr,
    (part) => (part.kind === 'column' ? { ...part, source: names.get(part.source) ?? part.source } : part),
    (query) => renamed(query, names),
  );
}

/** Aliases only: what stands within is renamed as the query is. */
function renamedSource(source: Source, names: ReadonlyMap<string, string>): Source {
  if (source.kind === 'join')
    return { ...source, left: renamedSource(source.left, names), right: renamedSource(source.right, names) };
  return { ...source, alias: names.get(source.alias) ?? source.alias };
}

/** An expression with columns replaced by what they stand for; the queries in it too. */
export function substituted(expr: Expr, replace: (column: Expr & { readonly kind: 'column' }) => Expr): Expr {
  const change = (part: Expr): Expr => (part.kind === 'column' ? replace(part) : part);
  const inQuery = (query: Query): Query =>
    mapQuery(query, { query: inQuery, expr: (each) => mapExpr(each, change, inQuery) });
  return mapExpr(expr, change, inQuery);
}
