import type { DataType } from '@perf/contracts';
import type { AggregateCall, Expr } from '../expr.ts';
import { allOf, call, column, conjuncts, isSame } from '../expr.ts';
import type { Output, Query, Select, Source, TableSource } from '../query.ts';
import { bare, leavesOf, withLeaf } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { nullableSources } from '../shapes.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { SqlName } from '../sql-name.ts';
import { columnsIn, hasAggregate, hasQuery, mapDown, partsOf } from '../walk.ts';
import type { Alternative, RuleContext, SqlRule } from './sql-rule.ts';

/**
 * A table whose rows are only counted or summed is grouped by what it is joined and grouped by, before it is joined (Yan and Larson, "Eager
 * Aggregation and Lazy Aggregation", VLDB 1995). Each group meets the rows that its members would have met, so sums of sums and of counts
 * are the same; for whole numbers and decimals alone, since sums of floats depend on their order.
 */
export const eagerAggregation: SqlRule = {
  name: 'eager-aggregation',
  engines: {
    postgres: '0.9–3.4×, by cost',
    sqlite: '1.1–3×, by cost',
    mysql: '3.3–6×, as it joins row by row',
    duckdb: '1.4×',
  },
  margin: 0.9,
  alternatives: (query, context) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from?.kind !== 'join' || body.group.length === 0 || body.distinct)
        return [];
      const leaves = leavesOf(body.from);
      if (nullableSources(body.from).size > 0) return [];
      if (leaves.some((leaf) => leaf.kind === 'derived' && leaf.lateral)) return [];
      return leaves.flatMap((leaf) =>
        leaf.kind === 'table' ? (early(query, inner, body, leaf, context) ?? []) : [],
      );
    }),
};

function early(
  root: Query,
  inner: Query,
  select: Select,
  leaf: TableSource,
  { shapes, fresh, dialect }: RuleContext,
): Alternative | undefined {
  const aggregates = aggregatesOf([
    ...select.output.map(({ expr }) => expr),
    ...(select.having === undefined ? [] : [select.having]),
    ...inner.order.map(({ expr }) => expr),
  ]);
  if (
    aggregates.length === 0 ||
    !aggregates.every((each) => isEarly(each, leaf, dialect, kindOf(each, select, shapes)))
  )
    return undefined;
  const conditions = [...conjuncts(select.where)];
  const from = looseJoins(select.from, conditions);
  if (from === undefined) return undefined;
  const own = conditions.filter(
    (part) =>
      columnsIn(part).length > 0 &&
      columnsIn(part).every(({ source }) => source === leaf.alias) &&
      !hasQuery(part),
  );
  const rest = conditions.filter((part) => !own.includes(part));
  const kept = [
    ...rest,
    ...select.group,
    ...select.output.map(({ expr }) => withoutAggregates(expr)),
    ...inner.order.map(({ expr }) => withoutAggregates(expr)),
    ...(select.having === undefined ? [] : [withoutAggregates(select.having)]),
  ];
  if (kept.some(hasQuery)) return undefined;
  const keys = [
    ...new Set(kept.flatMap(columnsIn).flatMap(({ source, name }) => (source === leaf.alias ? [name] : []))),
  ];
  if (keys.length === 0 || isKey(leaf, keys) || !keys.every((name) => isOne(leaf, name, shapes)))
    return undefined;
  const alias = fresh('summed');
  const values: Output[] = [];
  const replaced = (one: AggregateCall): Expr => {
    const known = values.find(({ expr }) => isSame(expr, one));
    const name = known?.name ?? `v${values.length + 1}`;
    if (known === undefined) values.push({ expr: one, name });
    return again(one, column(alias, name), dialect, kindOf(one, select, shapes));
  };
  const moved = (expr: Expr): Expr =>
    mapDown(expr, (part) => {
      if (part.kind === 'aggregate') return replaced(part);
      return part.kind === 'column' && part.source === leaf.alias ? { ...part, source: alias } : undefined;
    });
  const output = select.output.map(({ expr, name }) => ({ expr: moved(expr), name }));
  const having = select.having === undefined ? undefined : moved(select.having);
  const order = inner.order.map((item) => ({ ...item, expr: moved(item.expr) }));
  const groups: Select = {
    kind: 'select',
    distinct: false,
    output: [...keys.map((name) => ({ expr: column(leaf.alias, name), name })), ...values],
    from: leaf,
    where: allOf(own),
    group: keys.map((name) => column(leaf.alias, name)),
    having: undefined,
  };
  const next: Select = {
    ...select,
    output,
    having,
    from: withLeaf(from, leaf, { kind: 'derived', query: bare(groups), alias, lateral: false }),
    where: allOf(rest.map(moved)),
    group: select.group.map(moved),
  };
  return {
    query: swapQuery(root, inner, { ...inner, body: next, order }),
    reason: `${leaf.alias} is summed before it is joined`,
    facts: ['what is summed are whole numbers or decimals'],
  };
}

/** What the aggregate is of, when that is a column. */
function kindOf({ args: [arg] }: AggregateCall, select: Select, shapes: Shapes): Kind | undefined {
  return arg?.kind === 'column' ? shapes.columnIn(select, arg.source, arg.name)?.type?.kind : undefined;
}

type Kind = DataType['kind'];

/** Counts of rows, and counts, sums and extremes of one column of the table. SQLite's decimals are floats. */
function isEarly(
  { name, args, distinct, filter }: AggregateCall,
  leaf: TableSource,
  dialect: SqlName,
  kind: Kind | undefined,
): boolean {
  const [arg] = args;
  if (distinct || filter !== undefined) return false;
  if (arg === undefined) return name === 'count';
  if (arg.kind !== 'column' || arg.source !== leaf.alias) return false;
  const isWhole = kind === 'int32' || kind === 'int64';
  if (name === 'sum')
    return isWhole || (kind === 'decimal' && dialect !== 'sqlite' && dialect !== 'bigquery');
  return name === 'count' || ((name === 'min' || name === 'max') && (isWhole || kind === 'date'));
}

/** The aggregate of aggregates, of the type that the plain one has. */
function again({ name }: AggregateCall, value: Expr, dialect: SqlName, kind: Kind | undefined): Expr {
  if (name === 'min' || name === 'max') return aggregate(name, value);
  const sum = aggregate('sum', value);
  if (name === 'count') return { kind: 'cast', arg: sum, to: dialect === 'mysql' ? 'signed' : 'bigint' };
  // Postgres sums whole numbers of 32 bits as ones of 64, and these as decimals. Elsewhere sums of sums have the type of sums.
  return dialect === 'postgres' && kind === 'int32' ? { kind: 'cast', arg: sum, to: 'bigint' } : sum;
}

function aggregate(name: string, arg: Expr): AggregateCall {
  return { kind: 'aggregate', name, args: [arg], distinct: false, filter: undefined };
}

function aggregatesOf(exprs: readonly Expr[]): readonly AggregateCall[] {
  return exprs.flatMap((expr) => (expr.kind === 'aggregate' ? [expr] : aggregatesOf(partsOf(expr))));
}

function withoutAggregates(expr: Expr): Expr {
  return hasAggregate(expr)
    ? mapDown(expr, (part) => (part.kind === 'aggregate' ? call('coalesce') : undefined))
    : expr;
}

/** Whether equal values are one value to all that is asked of them: no texts that a collation takes for one, no float, of which 0 has two. */
function isOne({ alias }: TableSource, name: string, shapes: Shapes): boolean {
  const known = shapes.column(alias, name);
  return known?.exact === true && known.type?.kind !== 'float64';
}

/** Groups by a key are the rows themselves. */
function isKey({ table }: TableSource, names: readonly string[]): boolean {
  return table.uniqueKeys.some((key) => key.every((name) => names.includes(name)));
}

/** The joins without their conditions, which go to `conditions`. */
function looseJoins(source: Source | undefined, conditions: Expr[]): Source | undefined {
  if (source?.kind !== 'join') return source;
  conditions.push(...conjuncts(source.on));
  const [left, right] = [looseJoins(source.left, conditions), looseJoins(source.right, conditions)];
  return left === undefined || right === undefined
    ? source
    : { ...source, type: 'inner', left, right, on: undefined };
}
