import type { Expr } from '../expr.ts';
import { call } from '../expr.ts';
import type { Leaf, Select, TableSource } from '../query.ts';
import type { Shapes } from '../shapes.ts';

/** Proof that every row of one table meets exactly one row of another. */
export interface ForeignPartner {
  readonly owner: TableSource;
  /** That the key is not null, where it may be: without it a row has no partner. */
  readonly conditions: readonly Expr[];
  readonly fact: string;
}

interface Pair {
  readonly child: { readonly source: string; readonly name: string };
  readonly parent: string;
}

/**
 * Proves by an enforced foreign key that the conditions join each row of one of `leaves` to exactly one row of `parent`; undefined when they
 * do not, or do anything else besides.
 */
export function foreignPartner(
  conditions: readonly Expr[],
  { leaves, parent }: { readonly leaves: readonly Leaf[]; readonly parent: TableSource },
  select: Select,
  shapes: Shapes,
): ForeignPartner | undefined {
  const pairs = pairsOf(conditions, parent);
  const child = pairs?.[0]?.child;
  if (pairs === undefined || child === undefined || pairs.some((pair) => pair.child.source !== child.source))
    return undefined;
  const owner = leaves.find((leaf) => leaf.alias === child.source);
  if (owner?.kind !== 'table') return undefined;
  const key = owner.table.foreignKeys.find(
    (each) =>
      each.enforced &&
      each.table === parent.table.name &&
      each.columns.length === pairs.length &&
      pairs.every((pair) => each.references[each.columns.indexOf(pair.child.name)] === pair.parent),
  );
  const isUnique = parent.table.uniqueKeys.some(
    (unique) =>
      unique.length === pairs.length && unique.every((name) => pairs.some((pair) => pair.parent === name)),
  );
  if (key === undefined || !isUnique) return undefined;
  const nullable = pairs.filter(
    (pair) => shapes.columnIn(select, pair.child.source, pair.child.name)?.nullable !== false,
  );
  return {
    owner,
    conditions: nullable.map((pair) => call('not', call('is null', { kind: 'column', ...pair.child }))),
    fact: `${owner.table.name}(${key.columns.join(', ')}) references ${parent.table.name}(${key.references.join(', ')}), enforced`,
  };
}

/** The columns that a join compares, when it does nothing else. */
function pairsOf(conditions: readonly Expr[], parent: TableSource): readonly Pair[] | undefined {
  const pairs = conditions.map((part): Pair | undefined => {
    const [a, b] = part.kind === 'call' && part.name === '=' ? part.args : [];
    if (a?.kind !== 'column' || b?.kind !== 'column') return undefined;
    if (b.source === parent.alias && a.source !== parent.alias) return { child: a, parent: b.name };
    return a.source === parent.alias && b.source !== parent.alias ? { child: b, parent: a.name } : undefined;
  });
  return pairs.length > 0 && pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}
