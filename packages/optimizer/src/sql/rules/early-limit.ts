import { substituted } from '../clone.ts';
import type { Expr, OrderItem } from '../expr.ts';
import { allOf, column, conjuncts } from '../expr.ts';
import type { Leaf, Query, Select, Source, TableSource } from '../query.ts';
import { leavesOf, withLeaf } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { columnsIn, expressionsOf, hasAggregate, hasQuery, hasWindow } from '../walk.ts';
import { foreignPartner } from './foreign-partner.ts';
import type { Alternative, RuleContext, SqlRule } from './sql-rule.ts';

/**
 * The first rows by an order of one table are taken before it is joined, where each of its rows meets exactly one row of every other table
 * (Carey and Kossmann, "On Saying 'Enough Already!' in SQL", SIGMOD 1997): by an enforced foreign key, or by a left join to a unique one.
 * The order must be total, so that the first rows are always the same, and it is asked for again outside.
 */
export const earlyLimit: SqlRule = {
  name: 'early-limit',
  engines: { postgres: '4×', sqlite: '3.5–9×', mysql: '1.2–1.6×' },
  margin: 0.9,
  alternatives: (query, context) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from?.kind !== 'join' || !isPlain(body)) return [];
      if (inner.limit?.kind !== 'literal' || inner.order.length === 0) return [];
      const order = inner.order.map((item) => ({ ...item, expr: orderedBy(item.expr, body) }));
      return leavesOf(body.from).flatMap((leaf) =>
        leaf.kind === 'table' && isTotal(order, leaf)
          ? (limited(query, inner, { select: body, order, base: leaf }, context) ?? [])
          : [],
      );
    }),
};

function isPlain({ distinct, group, having, output }: Select): boolean {
  return (
    !distinct &&
    group.length === 0 &&
    having === undefined &&
    !output.some(({ expr }) => hasAggregate(expr) || hasWindow(expr))
  );
}

/** What an item of ORDER BY stands for. */
function orderedBy(expr: Expr, { output }: Select): Expr {
  return expr.kind === 'output' ? (output[expr.index]?.expr ?? expr) : expr;
}

interface Case {
  readonly select: Select;
  /** With expressions in place of output columns. */
  readonly order: readonly OrderItem[];
  readonly base: TableSource;
}

/** Whether the order is one of this table alone, and tells all its rows apart. */
function isTotal(order: readonly OrderItem[], { alias, table }: TableSource): boolean {
  if (!order.every(({ expr }) => isOnly(expr, alias))) return false;
  const names = new Set(order.flatMap(({ expr }) => (expr.kind === 'column' ? [expr.name] : [])));
  return table.uniqueKeys.some((key) =>
    key.every(
      (name) => names.has(name) && table.columns.find((each) => each.name === name)?.nullable === false,
    ),
  );
}

/** Whether an expression depends on one source and nothing else. */
function isOnly(expr: Expr, alias: string): boolean {
  const columns = columnsIn(expr);
  return columns.length > 0 && !hasQuery(expr) && columns.every(({ source }) => source === alias);
}

function limited(
  root: Query,
  inner: Query,
  { select, order, base }: Case,
  { shapes, fresh }: RuleContext,
): Alternative | undefined {
  const { from } = select;
  if (from === undefined) return undefined;
  const where = conjuncts(select.where);
  const own = where.filter((part) => isOnly(part, base.alias));
  const rest = where.filter((part) => !own.includes(part));
  const joins = joinsOf(from, rest);
  // Only what is asked of the first rows before they are taken tells that a key of them is not null: a join above may ask it too late.
  const early = { ...select, where: allOf(own) };
  const proof = joins === undefined ? undefined : partnersOf(base, joins, early, shapes);
  if (proof === undefined) return undefined;
  const alias = fresh(base.alias);
  const go = (expr: Expr): Expr =>
    substituted(expr, (each) => (each.source === base.alias ? { ...each, source: alias } : each));
  const used = [
    ...expressionsOf({ ...select, where: allOf(rest) }),
    ...order.map(({ expr }) => expr),
  ].flatMap(columnsIn);
  const names = new Set(used.flatMap(({ source, name }) => (source === base.alias ? [name] : [])));
  const first: Query = {
    ...inner,
    with: [],
    body: {
      ...select,
      output: [...names].map((name) => ({ expr: column(alias, name), name })),
      from: { ...base, alias },
      where: allOf([...own, ...proof.conditions].map(go)),
    },
    order: order.map((item) => ({ ...item, expr: go(item.expr) })),
  };
  const source: Source = { kind: 'derived', query: first, alias: base.alias, lateral: false };
  const next: Select = {
    ...select,
    from: withLeaf(from, base, source),
    where: allOf(rest),
  };
  return {
    query: swapQuery(root, inner, { ...inner, body: next, limit: undefined, offset: undefined }),
    reason: `the first rows of ${base.alias} are taken before it is joined, as each meets exactly one row of the others`,
    facts: proof.facts,
  };
}

/** How sources are joined: inner ones with all their conditions, and left joins, each with its own. */
interface Joins {
  readonly inner: readonly Leaf[];
  readonly conditions: readonly Expr[];
  readonly left: readonly { readonly leaf: Leaf; readonly on: Expr | undefined }[];
}

/** Undefined where there are joins of other kinds. */
function joinsOf(source: Source, conditions: readonly Expr[]): Joins | undefined {
  if (source.kind !== 'join') return { inner: [source], conditions, left: [] };
  const { type, left, right, on } = source;
  const first = joinsOf(left, conditions);
  if (first === undefined || (type !== 'inner' && type !== 'left')) return undefined;
  if (type === 'left')
    return right.kind === 'join' ? undefined : { ...first, left: [...first.left, { leaf: right, on }] };
  const second = joinsOf(right, conjuncts(on));
  return second === undefined
    ? undefined
    : {
        inner: [...first.inner, ...second.inner],
        conditions: [...first.conditions, ...second.conditions],
        left: [...first.left, ...second.left],
      };
}

/** Proof that each row of a table meets exactly one row of every other source. */
function partnersOf(
  base: TableSource,
  { inner, conditions, left }: Joins,
  select: Select,
  shapes: Shapes,
): { readonly conditions: readonly Expr[]; readonly facts: readonly string[] } | undefined {
  if (!inner.includes(base) || !left.every(({ leaf, on }) => shapes.isUnique(leaf.alias, on)))
    return undefined;
  const facts = left.map(({ leaf }) => `the join fixes a unique key of ${leaf.alias}`);
  const placed: Leaf[] = [base];
  const present: Expr[] = [];
  let open = conditions.filter((part) => !isOnly(part, base.alias));
  for (let next = true; next;) {
    next = false;
    for (const parent of inner) {
      if (parent.kind !== 'table' || placed.includes(parent)) continue;
      const reached = new Set([...placed, parent].map(({ alias }) => alias));
      const joining = open.filter(
        (part) =>
          columnsIn(part).some(({ source }) => source === parent.alias) &&
          columnsIn(part).every(({ source }) => reached.has(source)),
      );
      const partner = foreignPartner(joining, { leaves: placed, parent }, select, shapes);
      // A row of another table without a partner would take rows of this one with it.
      if (partner === undefined || (partner.owner !== base && partner.conditions.length > 0)) continue;
      facts.push(partner.fact);
      present.push(...partner.conditions);
      placed.push(parent);
      open = open.filter((part) => !joining.includes(part));
      next = true;
    }
  }
  return open.length === 0 && placed.length === inner.length ? { conditions: present, facts } : undefined;
}
