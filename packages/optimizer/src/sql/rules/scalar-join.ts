import type { Expr, QueryExpr } from '../expr.ts';
import { allOf, call, column } from '../expr.ts';
import type { Output, Query, Select, Source } from '../query.ts';
import { bare, leavesOf } from '../query.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { expressionsOf, hasAggregate, hasQuery, partsOf } from '../walk.ts';
import { correlationOf } from './correlation.ts';
import { mayFail } from './may-fail.ts';
import type { Alternative, RuleContext, SqlRule } from './sql-rule.ts';

/**
 * An aggregate of the rows that belong to each row becomes a left join with all groups at once (Galindo-Legaria and Joshi, "Orthogonal
 * Optimization of Subqueries and Aggregation", SIGMOD 2001). A row without a group has the null that the aggregate of nothing is, and a
 * count of 0.
 */
export const scalarJoin: SqlRule = {
  name: 'scalar-join',
  engines: {
    postgres: '6–165×: it runs such a query once a row',
    sqlite: '1.7–65×: as Postgres',
    mysql: '0.6–81×: pays for many rows',
    duckdb: '1.6–1.8× where it counts; it joins by itself otherwise',
  },
  margin: 0.7,
  alternatives: (query, context) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from === undefined) return [];
      return scalarsOf(body).flatMap((scalar) => joined(query, inner, body, scalar, context) ?? []);
    }),
};

/** Scalar queries of WHERE, and of the output where rows are not grouped. */
function scalarsOf(select: Select): readonly QueryExpr[] {
  const isGrouped =
    select.group.length > 0 ||
    select.having !== undefined ||
    select.output.some(({ expr }) => hasAggregate(expr));
  const places = [
    ...(select.where === undefined ? [] : [select.where]),
    ...(isGrouped ? [] : select.output.map(({ expr }) => expr)),
  ];
  return places.flatMap(scalarsIn);
}

/** Not those within aggregates and windows. */
function scalarsIn(expr: Expr): readonly QueryExpr[] {
  if (expr.kind === 'aggregate' || expr.kind === 'window') return [];
  const own = expr.kind === 'query' && expr.form === 'scalar' ? [expr] : [];
  return [...own, ...partsOf(expr).flatMap(scalarsIn)];
}

function joined(
  root: Query,
  around: Query,
  select: Select,
  scalar: QueryExpr,
  context: RuleContext,
): Alternative | undefined {
  const aliases = new Set(leavesOf(select.from).map(({ alias }) => alias));
  const correlation = correlationOf(scalar.query, select, aliases, context.shapes);
  if (correlation === undefined || select.from === undefined) return undefined;
  const { select: inner, pairs, own } = correlation;
  const [output, more] = inner.output;
  if (
    output === undefined ||
    more !== undefined ||
    inner.group.length > 0 ||
    inner.having !== undefined ||
    inner.distinct
  )
    return undefined;
  if (
    !hasAggregate(output.expr) ||
    expressionsOf({ ...inner, from: undefined, where: undefined }).some(hasQuery)
  )
    return undefined;
  const alias = context.fresh('grouped');
  const keys = pairs.map(({ inner: key }, i): Output => ({ expr: key, name: `k${i + 1}` }));
  const values: Output[] = [];
  const value = mapAggregates(output.expr, (aggregate) => {
    // Values of rows that belong to none were never looked at.
    if (mayFail(aggregate, inner, context.shapes)) return undefined;
    const name = `v${values.length + 1}`;
    values.push({ expr: aggregate, name });
    const shown = column(alias, name);
    return aggregate.kind === 'aggregate' && aggregate.name === 'count'
      ? call('coalesce', shown, ZERO)
      : shown;
  });
  if (value === undefined) return undefined;
  const groups: Select = {
    ...inner,
    output: [...keys, ...values],
    where: allOf(own),
    group: pairs.map(({ inner: key }) => key),
  };
  const on = allOf(pairs.map(({ outer }, i) => call('=', column(alias, `k${i + 1}`), outer)));
  const right: Source = { kind: 'derived', query: bare(groups), alias, lateral: false };
  const from: Source = { kind: 'join', type: 'left', left: select.from, right, on };
  const replaced = replaceIn({ ...select, from }, scalar, value);
  return {
    query: swapQuery(root, around, { ...around, body: replaced }),
    reason: 'an aggregate for each row is computed for all groups at once',
    facts: [],
  };
}

/** Aggregates that are null of no rows, and `count`, which is 0. */
const NULL_OF_NOTHING: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max']);
const ZERO: Expr = { kind: 'literal', type: 'number', text: '0' };

/** The expression with its aggregates replaced; undefined when something else names columns, or `replace` gives nothing. */
function mapAggregates(expr: Expr, replace: (aggregate: Expr) => Expr | undefined): Expr | undefined {
  // Others are something else than null of nothing.
  if (expr.kind === 'aggregate') return NULL_OF_NOTHING.has(expr.name) ? replace(expr) : undefined;
  if (expr.kind === 'column' || expr.kind === 'window') return undefined;
  const parts = partsOf(expr);
  if (parts.length === 0) return expr;
  if (expr.kind === 'cast') {
    const arg = mapAggregates(expr.arg, replace);
    return arg === undefined ? undefined : { ...expr, arg };
  }
  if (expr.kind !== 'call') return undefined;
  const args = expr.args.map((arg) => mapAggregates(arg, replace));
  return args.every((arg) => arg !== undefined) ? { ...expr, args } : undefined;
}

/** The SELECT with one expression of its output or WHERE, this very object, replaced. */
function replaceIn(select: Select, target: Expr, next: Expr): Select {
  const go = (expr: Expr): Expr => replaceExpr(expr, target, next);
  return {
    ...select,
    output: select.output.map((output) => ({ ...output, expr: go(output.expr) })),
    where: select.where === undefined ? undefined : go(select.where),
  };
}

function replaceExpr(expr: Expr, target: Expr, next: Expr): Expr {
  if (expr === target) return next;
  if (!contains(expr, target)) return expr;
  const go = (part: Expr): Expr => replaceExpr(part, target, next);
  if (expr.kind === 'call') return { ...expr, args: expr.args.map(go) };
  if (expr.kind === 'cast') return { ...expr, arg: go(expr.arg) };
  if (expr.kind === 'query') return { ...expr, test: expr.test === undefined ? undefined : go(expr.test) };
  if (expr.kind !== 'case') return expr;
  const whens = expr.whens.map(({ when, result }) => ({ when: go(when), result: go(result) }));
  return { ...expr, whens, otherwise: expr.otherwise === undefined ? undefined : go(expr.otherwise) };
}

function contains(expr: Expr, target: Expr): boolean {
  return expr === target || partsOf(expr).some((part) => contains(part, target));
}
