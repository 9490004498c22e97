import type { Expr } from '../expr.ts';
import { conjuncts } from '../expr.ts';
import type { Query, Select } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { columnsIn, outerSources, sourcesWithin } from '../walk.ts';

/** How a query within another depends on it: by equalities alone. */
export interface Correlation {
  readonly select: Select;
  /** Equal pairs: a value of the query, and one of the query around it. */
  readonly pairs: readonly { readonly inner: Expr & { readonly kind: 'column' }; readonly outer: Expr }[];
  /** The conditions of the query that depend on nothing outside. */
  readonly own: readonly Expr[];
}

/** Types of which equal values are one value, whichever way they are compared. */
const PLAIN: ReadonlySet<string> = new Set([
  'bool',
  'int32',
  'int64',
  'decimal',
  'date',
  'timestamp',
  'utf8',
]);

/**
 * How a query is correlated, when it is so by equalities in its WHERE alone, of columns of one type with the select around it. Undefined
 * otherwise, and when it is not correlated. @param around the SELECT that the query stands in
 */
export function correlationOf(
  query: Query,
  around: Select,
  aliases: ReadonlySet<string>,
  shapes: Shapes,
): Correlation | undefined {
  const { body, limit, offset } = query;
  if (
    body.kind !== 'select' ||
    limit !== undefined ||
    offset !== undefined ||
    query.with.length > 0 ||
    body.from === undefined
  )
    return undefined;
  const outer = outerSources(query);
  if (outer.size === 0 || [...outer].some((alias) => !aliases.has(alias))) return undefined;
  const inner = sourcesWithin(query);
  const pairs: { readonly inner: Expr & { readonly kind: 'column' }; readonly outer: Expr }[] = [];
  const own: Expr[] = [];
  for (const part of conjuncts(body.where)) {
    const sources = new Set(columnsIn(part).map(({ source }) => source));
    if (![...sources].some((source) => outer.has(source))) {
      own.push(part);
      continue;
    }
    const pair = pairOf(part, inner);
    if (pair === undefined || !areAlike(pair, body, around, shapes)) return undefined;
    pairs.push(pair);
  }
  const rest: Query = { ...query, body: { ...body, where: undefined } };
  return pairs.length > 0 && outerSources(rest).size === 0 ? { select: body, pairs, own } : undefined;
}

function pairOf(part: Expr, inner: ReadonlySet<string>): Correlation['pairs'][number] | undefined {
  if (part.kind !== 'call' || part.name !== '=') return undefined;
  const [a, b] = part.args;
  if (a === undefined || b === undefined) return undefined;
  const isInner = (expr: Expr): expr is Expr & { readonly kind: 'column' } =>
    expr.kind === 'column' && inner.has(expr.source);
  const isOuter = (expr: Expr): boolean => expr.kind === 'column' && !inner.has(expr.source);
  if (isInner(a) && isOuter(b)) return { inner: a, outer: b };
  return isInner(b) && isOuter(a) ? { inner: b, outer: a } : undefined;
}

/** Whether the two sides of a pair are equal only when they are one value, so that groups of one meet at most one of the other. */
export function areAlike(
  { inner, outer }: Correlation['pairs'][number],
  select: Select,
  around: Select,
  shapes: Shapes,
): boolean {
  const a = shapes.facts(inner, select).type?.kind;
  const b = shapes.facts(outer, around).type?.kind;
  if (a === undefined || b === undefined || !PLAIN.has(a)) return false;
  if (
    a === 'utf8' &&
    ![inner, outer].every(
      (each) => each.kind === 'column' && shapes.column(each.source, each.name)?.exact === true,
    )
  )
    return false;
  const isWhole = (kind: string): boolean => kind === 'int32' || kind === 'int64';
  return a === b || (isWhole(a) && isWhole(b));
}
