import type { CatalogTable } from '@perf/contracts';
import type { Expr, OrderItem } from './expr.ts';

/** A query: its body, then order and limits. */
export interface Query {
  readonly with: readonly Cte[];
  readonly body: QueryBody;
  readonly order: readonly OrderItem[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
}

/** What a query gives before order and limits. */
export type QueryBody = Select | SetOperation;

/** A named query. No two of a statement share a name. */
export interface Cte {
  readonly name: string;
  readonly query: Query;
  /** What the statement says of it; undefined: nothing. */
  readonly materialized: boolean | undefined;
}

/** One SELECT: sources, WHERE, groups, HAVING, output, DISTINCT, in this order. */
export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly output: readonly Output[];
  readonly from: Source | undefined;
  readonly where: Expr | undefined;
  readonly group: readonly Expr[];
  readonly having: Expr | undefined;
}

/** A column of an answer. */
export interface Output {
  readonly expr: Expr;
  readonly name: string;
}

/** Rows of two queries, with the column names of the left one. */
export interface SetOperation {
  readonly kind: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
}

/** Where rows come from. */
export type Source = TableSource | DerivedSource | CteSource | JoinSource;

/** A table or view of the catalogue. */
export interface TableSource {
  readonly kind: 'table';
  readonly table: CatalogTable;
  readonly alias: string;
}

/** A query in FROM. */
export interface DerivedSource {
  readonly kind: 'derived';
  readonly query: Query;
  readonly alias: string;
  /** Whether it may name the sources before it. */
  readonly lateral: boolean;
}

/** A named query. */
export interface CteSource {
  readonly kind: 'cte';
  readonly name: string;
  readonly alias: string;
}

/** Two sources. An inner join may have no condition; `cross` is what the statement says, which SQLite takes for an order of its own. */
export interface JoinSource {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Source;
  readonly right: Source;
  readonly on: Expr | undefined;
}

/** A source that is no join. */
export type Leaf = Exclude<Source, JoinSource>;

/** The output of a query of which only the rows count. */
export const ONE: Output = { expr: { kind: 'literal', type: 'number', text: '1' }, name: 'one' };

/** A query of a body alone. */
export function bare(body: Query['body']): Query {
  return { with: [], body, order: [], limit: undefined, offset: undefined };
}

/** The sources that are no joins, from left to right. */
export function leavesOf(source: Source | undefined): readonly Leaf[] {
  if (source === undefined) return [];
  return source.kind === 'join' ? [...leavesOf(source.left), ...leavesOf(source.right)] : [source];
}

/** The names of the columns of an answer. */
export function outputNames({ body }: Query): readonly string[] {
  return body.kind === 'select' ? body.output.map(({ name }) => name) : outputNames(body.left);
}

/** The source with one of its leaves, this very object, replaced. */
export function withLeaf(source: Source, leaf: Leaf, next: Source): Source {
  if (source === leaf) return next;
  if (source.kind !== 'join') return source;
  return { ...source, left: withLeaf(source.left, leaf, next), right: withLeaf(source.right, leaf, next) };
}
