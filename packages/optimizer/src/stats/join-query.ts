import type { CatalogTable } from '@perf/contracts';
import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import type { Source, TableSource } from '../sql/query.ts';
import { columnsIn } from '../sql/walk.ts';

/** Tables joined with each other by what their rows have in common, and which of them count: inner joins alone. */
export interface JoinQuery {
  readonly tables: readonly TableSource[];
  /** Conditions of ON and WHERE; all must be true. */
  readonly conditions: readonly Expr[];
}

/** A table of a join with the conditions on it alone. */
export interface JoinedTable {
  readonly alias: string;
  readonly table: CatalogTable;
  readonly filters: readonly Expr[];
}

/** Columns that are equal: two or more, each of another table of the join. */
export interface EqualColumns {
  readonly members: readonly { readonly alias: string; readonly column: string }[];
}

/** A join taken apart. */
export interface JoinParts {
  readonly tables: readonly JoinedTable[];
  readonly equal: readonly EqualColumns[];
  /** Conditions on several tables that are no equality of columns. */
  readonly others: readonly Expr[];
}

/** Inner joins of tables as a join query; undefined when there is anything else in FROM. */
export function joinQueryOf(from: Source | undefined, where: readonly Expr[]): JoinQuery | undefined {
  const tables: TableSource[] = [];
  const conditions = [...where];
  const go = (source: Source): boolean => {
    if (source.kind === 'table') return tables.push(source) > 0;
    if (source.kind !== 'join' || (source.type !== 'inner' && source.type !== 'cross')) return false;
    conditions.push(...conjuncts(source.on));
    return go(source.left) && go(source.right);
  };
  return from !== undefined && go(from) ? { tables, conditions } : undefined;
}

/** Tells filters, equal columns and other conditions apart. Equality of a and b, and of b and c, is one set of three. */
export function joinParts({ tables, conditions }: JoinQuery): JoinParts {
  const aliases = new Set(tables.map(({ alias }) => alias));
  const filters = new Map<string, Expr[]>();
  const others: Expr[] = [];
  const sets: Map<string, { alias: string; column: string }>[] = [];
  for (const part of conditions.flatMap(conjuncts)) {
    const named = [...new Set(columnsIn(part).map(({ source }) => source))].filter((alias) =>
      aliases.has(alias),
    );
    const [only] = named;
    const pair = equalPair(part, aliases);
    if (pair !== undefined) join(sets, pair);
    else if (only !== undefined && named.length === 1)
      filters.set(only, [...(filters.get(only) ?? []), part]);
    else others.push(part);
  }
  return {
    tables: tables.map(({ alias, table }) => ({ alias, table, filters: filters.get(alias) ?? [] })),
    equal: sets.map((set) => ({ members: [...set.values()] })),
    others,
  };
}

interface NamedColumn {
  readonly alias: string;
  readonly column: string;
}

function equalPair(
  part: Expr,
  aliases: ReadonlySet<string>,
): readonly [NamedColumn, NamedColumn] | undefined {
  if (part.kind !== 'call' || part.name !== '=') return undefined;
  const [a, b] = part.args;
  if (a?.kind !== 'column' || b?.kind !== 'column' || a.source === b.source) return undefined;
  if (!aliases.has(a.source) || !aliases.has(b.source)) return undefined;
  return [
    { alias: a.source, column: a.name },
    { alias: b.source, column: b.name },
  ];
}

function join(sets: Map<string, NamedColumn>[], pair: readonly NamedColumn[]): void {
  const merged = new Map(pair.map((column) => [JSON.stringify(column), column]));
  for (let i = sets.length - 1; i >= 0; i--) {
    const set = sets[i];
    if (set === undefined || !pair.some((column) => set.has(JSON.stringify(column)))) continue;
    for (const [id, column] of set) merged.set(id, column);
    sets.splice(i, 1);
  }
  sets.push(merged);
}
