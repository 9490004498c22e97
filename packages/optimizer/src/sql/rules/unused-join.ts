import { call, conjuncts, allOf } from '../expr.ts';
import type { Expr } from '../expr.ts';
import type { JoinSource, Leaf, Query, Select, Source, TableSource } from '../query.ts';
import { leavesOf } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { nullableSources } from '../shapes.ts';
import { sitesOf, swapQuery } from '../site.ts';
import { columnsIn, expressionsOf, hasAggregate, hasWindow } from '../walk.ts';
import type { Alternative, SqlRule } from './sql-rule.ts';

/**
 * A joined table of which nothing is used goes. A left join keeps every row once when it meets at most one partner, and under DISTINCT however
 * many it meets. An inner join does so along an enforced foreign key, for rows whose key is not null.
 */
export const unusedJoin: SqlRule = {
  name: 'unused-join',
  engines: { postgres: '6.4–6.8×', sqlite: '1.1–24×', mysql: '8.2–14.8×', duckdb: '1–32×' },
  margin: 1,
  alternatives: (query, { shapes }) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from?.kind !== 'join') return [];
      return joinsOf(body.from).flatMap((join) => removed(query, inner, body, join, shapes) ?? []);
    }),
};

function removed(
  root: Query,
  inner: Query,
  select: Select,
  join: JoinSource,
  shapes: Shapes,
): Alternative | undefined {
  const { right } = join;
  if (right.kind === 'join' || select.from === undefined) return undefined;
  const rest = withoutJoin(select.from, join);
  const used = usedIn(inner, select, join);
  if (used.has(right.alias)) return undefined;
  const proof =
    join.type === 'left' ? leftProof(select, join, right, shapes) : innerProof(select, join, right, shapes);
  if (proof === undefined) return undefined;
  const where = allOf([...conjuncts(select.where), ...proof.conditions]);
  const next: Query = { ...inner, body: { ...select, from: rest, where } };
  return { query: swapQuery(root, inner, next), reason: proof.reason, facts: proof.facts };
}

interface Proof {
  readonly conditions: readonly Expr[];
  readonly reason: string;
  readonly facts: readonly string[];
}

function leftProof(select: Select, join: JoinSource, right: Leaf, shapes: Shapes): Proof | undefined {
  if (shapes.isUnique(right.alias, join.on))
    return {
      conditions: [],
      reason: `nothing of ${right.alias} is used, and it meets every row at most once`,
      facts: [`the join fixes a unique key of ${right.alias}`],
    };
  const isMerged =
    select.distinct &&
    !select.output.some(({ expr }) => hasAggregate(expr) || hasWindow(expr)) &&
    select.group.length === 0;
  return isMerged
    ? {
        conditions: [],
        reason: `nothing of ${right.alias} is used, and DISTINCT takes repeated rows for one`,
        facts: [],
      }
    : undefined;
}

function innerProof(select: Select, join: JoinSource, right: Leaf, shapes: Shapes): Proof | undefined {
  if (join.type !== 'inner' || right.kind !== 'table' || nullableSources(select.from).has(right.alias))
    return undefined;
  const pairs = pairsOf(join.on, right);
  const child = pairs?.[0]?.child;
  if (pairs === undefined || child === undefined || pairs.some((pair) => pair.child.source !== child.source))
    return undefined;
  const owner = leavesOf(join.left).find((leaf) => leaf.alias === child.source);
  if (owner?.kind !== 'table') return undefined;
  const key = owner.table.foreignKeys.find(
    (each) =>
      each.enforced &&
      each.table === right.table.name &&
      each.columns.length === pairs.length &&
      pairs.every((pair) => each.references[each.columns.indexOf(pair.child.name)] === pair.parent),
  );
  if (
    key === undefined ||
    !right.table.uniqueKeys.some(
      (unique) =>
        unique.length === pairs.length && unique.every((name) => pairs.some((pair) => pair.parent === name)),
    )
  )
    return undefined;
  const nullable = pairs.filter(
    ({ child: { source, name } }) => shapes.columnIn(select, source, name)?.nullable !== false,
  );
  return {
    conditions: nullable.map(({ child: { source, name } }) =>
      call('not', call('is null', { kind: 'column', source, name })),
    ),
    reason: `nothing of ${right.alias} is used, and every row of ${owner.alias} has its partner by a foreign key`,
    facts: [
      `${owner.table.name}(${key.columns.join(', ')}) references ${right.table.name}(${key.references.join(', ')}), enforced`,
    ],
  };
}

interface Pair {
  readonly child: { readonly source: string; readonly name: string };
  readonly parent: string;
}

/** The columns that a join compares, when it does nothing else. */
function pairsOf(on: Expr | undefined, right: TableSource): readonly Pair[] | undefined {
  const pairs = conjuncts(on).map((part): Pair | undefined => {
    const [a, b] = part.kind === 'call' && part.name === '=' ? part.args : [];
    if (a?.kind !== 'column' || b?.kind !== 'column') return undefined;
    if (b.source === right.alias && a.source !== right.alias) return { child: a, parent: b.name };
    return a.source === right.alias && b.source !== right.alias ? { child: b, parent: a.name } : undefined;
  });
  return pairs.length > 0 && pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}

/** Joins whose right side can be left out: each of a chain. */
function joinsOf(source: Source): readonly JoinSource[] {
  return source.kind === 'join' && (source.type === 'left' || source.type === 'inner')
    ? [source, ...joinsOf(source.left)]
    : [];
}

function withoutJoin(source: Source, join: JoinSource): Source {
  if (source === join) return join.left;
  return source.kind === 'join' ? { ...source, left: withoutJoin(source.left, join) } : source;
}

/** Aliases that the query uses outside the condition of one join. */
function usedIn(query: Query, select: Select, join: JoinSource): ReadonlySet<string> {
  const exprs = [
    ...expressionsOf({ ...select, from: undefined }),
    ...query.order.map(({ expr }) => expr),
    ...otherConditions(select.from, join),
  ];
  return new Set(exprs.flatMap(columnsIn).map(({ source }) => source));
}

function otherConditions(source: Source | undefined, join: JoinSource): readonly Expr[] {
  if (source?.kind === 'derived')
    return source.lateral ? [{ kind: 'query', form: 'scalar', test: undefined, query: source.query }] : [];
  if (source?.kind !== 'join') return [];
  return [
    ...otherConditions(source.left, join),
    ...otherConditions(source.right, join),
    ...(source === join || source.on === undefined ? [] : [source.on]),
  ];
}
