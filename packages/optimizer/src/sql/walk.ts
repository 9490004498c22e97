import type { Expr, OrderItem } from './expr.ts';
import type { Query, Select, Source } from './query.ts';

/** The expressions that an expression is made of, without those of its query. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.filter === undefined ? expr.args : [...expr.args, expr.filter];
    case 'window':
      return [...expr.args, ...expr.partition, ...expr.order.map((item) => item.expr)];
    case 'case':
      return [
        ...expr.whens.flatMap(({ when, result }) => [when, result]),
        ...(expr.otherwise === undefined ? [] : [expr.otherwise]),
      ];
    case 'cast':
      return [expr.arg];
    case 'query':
      return expr.test === undefined ? [] : [expr.test];
    case 'column':
    case 'literal':
    case 'parameter':
    case 'output':
      return [];
  }
}

/** Whether a part of the expression, itself included, is as asked; queries in it are not looked into. */
function hasPart(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || partsOf(expr).some((part) => hasPart(part, test));
}

export function hasAggregate(expr: Expr): boolean {
  return hasPart(expr, ({ kind }) => kind === 'aggregate');
}

/** Whether it holds a query: a scalar one, EXISTS or IN. */
export function hasQuery(expr: Expr): boolean {
  return hasPart(expr, ({ kind }) => kind === 'query');
}

/** Whether it holds a function over a window. */
export function hasWindow(expr: Expr): boolean {
  return hasPart(expr, ({ kind }) => kind === 'window');
}

/** The expression with each part replaced, from the inside out; queries in it by `query`. */
export function mapExpr(
  expr: Expr,
  change: (part: Expr) => Expr,
  query: (inner: Query) => Query = (same) => same,
): Expr {
  const go = (part: Expr): Expr => mapExpr(part, change, query);
  return change(withParts(expr, go, query));
}

/** The expression with parts replaced from the outside in: a part that `change` gives something for is not looked into. */
export function mapDown(expr: Expr, change: (part: Expr) => Expr | undefined): Expr {
  return (
    change(expr) ??
    withParts(
      expr,
      (part) => mapDown(part, change),
      (same) => same,
    )
  );
}

function withParts(expr: Expr, go: (part: Expr) => Expr, query: (inner: Query) => Query): Expr {
  switch (expr.kind) {
    case 'call':
      return { ...expr, args: expr.args.map(go) };
    case 'aggregate':
      return {
        ...expr,
        args: expr.args.map(go),
        filter: expr.filter === undefined ? undefined : go(expr.filter),
      };
    case 'window':
      return {
        ...expr,
        args: expr.args.map(go),
        partition: expr.partition.map(go),
        order: mapOrder(expr.order, go),
      };
    case 'case':
      return {
        ...expr,
        whens: expr.whens.map(({ when, result }) => ({ when: go(when), result: go(result) })),
        otherwise: expr.otherwise === undefined ? undefined : go(expr.otherwise),
      };
    case 'cast':
      return { ...expr, arg: go(expr.arg) };
    case 'query':
      return { ...expr, test: expr.test === undefined ? undefined : go(expr.test), query: query(expr.query) };
    case 'column':
    case 'literal':
    case 'parameter':
    case 'output':
      return expr;
  }
}

export function mapOrder(order: readonly OrderItem[], change: (expr: Expr) => Expr): readonly OrderItem[] {
  return order.map((item) => ({ ...item, expr: change(item.expr) }));
}

/** The expressions of a SELECT, by where they stand. */
export function expressionsOf(select: Select): readonly Expr[] {
  return [
    ...select.output.map(({ expr }) => expr),
    ...conditionsOf(select.from),
    ...(select.where === undefined ? [] : [select.where]),
    ...select.group,
    ...(select.having === undefined ? [] : [select.having]),
  ];
}

function conditionsOf(source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join') return [];
  const { left, right, on } = source;
  return [...conditionsOf(left), ...conditionsOf(right), ...(on === undefined ? [] : [on])];
}

/** All columns that an expression names, with those of the queries in it. */
export function columnsIn(expr: Expr): readonly { readonly source: string; readonly name: string }[] {
  if (expr.kind === 'column') return [expr];
  const own = partsOf(expr).flatMap(columnsIn);
  return expr.kind === 'query' ? [...own, ...columnsOfQuery(expr.query)] : own;
}

/** All columns that a query names, in itself and in the queries within it. */
function columnsOfQuery(query: Query): readonly { readonly source: string; readonly name: string }[] {
  return allExpressions(query).flatMap(columnsIn);
}

/** The expressions of a query and of all queries in its FROM and WITH; those in expressions stay in them. */
function allExpressions({ with: ctes, body, order, limit, offset }: Query): readonly Expr[] {
  const inner =
    body.kind === 'select'
      ? [...expressionsOf(body), ...queriesOf(body.from).flatMap(allExpressions)]
      : [...allExpressions(body.left), ...allExpressions(body.right)];
  return [
    ...ctes.flatMap((cte) => allExpressions(cte.query)),
    ...inner,
    ...order.map(({ expr }) => expr),
    ...[limit, offset].flatMap((each) => each ?? []),
  ];
}

/** Queries that stand in FROM. */
function queriesOf(source: Source | undefined): readonly Query[] {
  if (source?.kind === 'derived') return [source.query];
  return source?.kind === 'join' ? [...queriesOf(source.left), ...queriesOf(source.right)] : [];
}

/** Aliases of the sources that a query has anywhere within. */
export function sourcesWithin(query: Query): ReadonlySet<string> {
  const found = new Set<string>();
  const inExpr = (expr: Expr): void => {
    if (expr.kind === 'query') inQuery(expr.query);
    for (const part of partsOf(expr)) inExpr(part);
  };
  const inSource = (source: Source | undefined): void => {
    if (source === undefined) return;
    if (source.kind === 'join') {
      inSource(source.left);
      inSource(source.right);
      return;
    }
    found.add(source.alias);
    if (source.kind === 'derived') inQuery(source.query);
  };
  const inQuery = (each: Query): void => {
    for (const cte of each.with) inQuery(cte.query);
    for (const item of each.order) inExpr(item.expr);
    if (each.body.kind !== 'select') {
      inQuery(each.body.left);
      inQuery(each.body.right);
      return;
    }
    inSource(each.body.from);
    for (const expr of expressionsOf(each.body)) inExpr(expr);
  };
  inQuery(query);
  return found;
}

/** Aliases that a query names and does not have: those of the queries around it. */
export function outerSources(query: Query): ReadonlySet<string> {
  const own = sourcesWithin(query);
  return new Set(columnsOfQuery(query).flatMap(({ source }) => (own.has(source) ? [] : [source])));
}
