import type { Expr } from './expr.ts';
import type { Query, Source } from './query.ts';
import { expressionsOf, mapExpr, mapOrder, partsOf } from './walk.ts';

/** Where a query of a statement stands. */
export type Place = 'top' | 'with' | 'from' | 'set' | 'scalar' | 'exists' | 'in';

/** A query of a statement. */
export interface Site {
  readonly query: Query;
  readonly place: Place;
}

/** Every query of a statement, the outer ones first. */
export function sitesOf(query: Query, place: Place = 'top'): readonly Site[] {
  const { with: ctes, body, order } = query;
  const own: Site[] = [{ query, place }];
  for (const cte of ctes) own.push(...sitesOf(cte.query, 'with'));
  if (body.kind !== 'select') return [...own, ...sitesOf(body.left, 'set'), ...sitesOf(body.right, 'set')];
  own.push(...sitesInSource(body.from));
  for (const expr of [...expressionsOf(body), ...order.map((item) => item.expr)])
    own.push(...sitesInExpr(expr));
  return own;
}

function sitesInSource(source: Source | undefined): readonly Site[] {
  if (source?.kind === 'derived') return sitesOf(source.query, 'from');
  return source?.kind === 'join' ? [...sitesInSource(source.left), ...sitesInSource(source.right)] : [];
}

function sitesInExpr(expr: Expr): readonly Site[] {
  const inner = partsOf(expr).flatMap(sitesInExpr);
  return expr.kind === 'query' ? [...sitesOf(expr.query, expr.form), ...inner] : inner;
}

/** The statement with one of its queries, this very object, replaced. */
export function swapQuery(root: Query, target: Query, next: Query): Query {
  if (root === target) return next;
  const go = (query: Query): Query => swapQuery(query, target, next);
  const inExpr = (expr: Expr): Expr => mapExpr(expr, (part) => part, go);
  return mapQuery(root, { query: go, expr: inExpr });
}

/** How the parts of a query change. */
export interface QueryChange {
  /** Of queries in WITH, FROM and set operations. */
  readonly query: (query: Query) => Query;
  readonly expr: (expr: Expr) => Expr;
}

/** The query with its parts changed. */
export function mapQuery({ with: ctes, body, order, limit, offset }: Query, change: QueryChange): Query {
  return {
    with: ctes.map((cte) => ({ ...cte, query: change.query(cte.query) })),
    body:
      body.kind === 'select'
        ? {
            ...body,
            output: body.output.map((output) => ({ ...output, expr: change.expr(output.expr) })),
            from: body.from === undefined ? undefined : mapSource(body.from, change),
            where: body.where === undefined ? undefined : change.expr(body.where),
            group: body.group.map(change.expr),
            having: body.having === undefined ? undefined : change.expr(body.having),
          }
        : { ...body, left: change.query(body.left), right: change.query(body.right) },
    order: mapOrder(order, change.expr),
    limit: limit === undefined ? undefined : change.expr(limit),
    offset: offset === undefined ? undefined : change.expr(offset),
  };
}

/** A source with its queries and conditions changed. */
function mapSource(source: Source, change: QueryChange): Source {
  if (source.kind === 'derived') return { ...source, query: change.query(source.query) };
  if (source.kind !== 'join') return source;
  const { left, right, on } = source;
  return {
    ...source,
    left: mapSource(left, change),
    right: mapSource(right, change),
    on: on === undefined ? undefined : change.expr(on),
  };
}
