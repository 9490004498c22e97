import type { Query } from './query.ts';

/** A scalar expression. Names are resolved: `source` is the alias of a source, and no two sources of a statement share one. */
export type Expr =
  | { readonly kind: 'column'; readonly source: string; readonly name: string }
  | Literal
  | { readonly kind: 'parameter'; readonly text: string }
  | Call
  | AggregateCall
  | WindowCall
  | { readonly kind: 'case'; readonly whens: readonly When[]; readonly otherwise: Expr | undefined }
  /** @param to the type in lower case, as written: `numeric(10, 2)` */
  | { readonly kind: 'cast'; readonly arg: Expr; readonly to: string }
  | QueryExpr
  /** An output column of the query, in its ORDER BY. */
  | { readonly kind: 'output'; readonly index: number };

/** A value in the text; numbers keep their digits. */
export interface Literal {
  readonly kind: 'literal';
  readonly type: 'number' | 'text' | 'boolean' | 'null' | 'date' | 'timestamp' | 'interval';
  /** The value without quotes; `true`, `false`, `null`; of an interval all that follows the word. */
  readonly text: string;
}

/** An operator or a function, by its name in lower case: `=`, `and`, `is null`, `between`, `in`, `lower`, `extract year`. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
}

/** An aggregate of the rows of a group; `count` without arguments counts rows. */
export interface AggregateCall {
  readonly kind: 'aggregate';
  readonly name: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly filter: Expr | undefined;
}

/** A function over a window. */
export interface WindowCall {
  readonly kind: 'window';
  readonly name: string;
  readonly args: readonly Expr[];
  readonly partition: readonly Expr[];
  readonly order: readonly OrderItem[];
  /** As written in lower case, as in `rows between 1 preceding and current row`. */
  readonly frame: string | undefined;
}

/** A branch of a CASE. */
export interface When {
  readonly when: Expr;
  readonly result: Expr;
}

/** A query within an expression: its one value, whether it has rows, or whether one of them equals `test`. */
export interface QueryExpr {
  readonly kind: 'query';
  readonly form: 'scalar' | 'exists' | 'in';
  /** Of `in` alone. */
  readonly test: Expr | undefined;
  readonly query: Query;
}

/** A key of an order. `nullsFirst` absent: as the dialect has it. */
export interface OrderItem {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nullsFirst: boolean | undefined;
}

/** A call. */
export function call(name: string, ...args: readonly Expr[]): Call {
  return { kind: 'call', name, args };
}

/** A column. */
export function column(source: string, name: string): Expr {
  return { kind: 'column', source, name };
}

/** The parts of a conjunction, in order; none when there is no condition. */
export function conjuncts(condition: Expr | undefined): readonly Expr[] {
  if (condition === undefined) return [];
  if (condition.kind === 'call' && condition.name === 'and') return condition.args.flatMap(conjuncts);
  return [condition];
}

/** The parts of a disjunction, in order. */
export function disjuncts(condition: Expr): readonly Expr[] {
  if (condition.kind === 'call' && condition.name === 'or') return condition.args.flatMap(disjuncts);
  return [condition];
}

/** One condition that holds when all do; undefined when there is none. */
export function allOf(conditions: readonly Expr[]): Expr | undefined {
  const [only] = conditions;
  return conditions.length > 1 ? call('and', ...conditions) : only;
}

/** One condition that holds when any does. */
export function anyOf(conditions: readonly Expr[]): Expr {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : call('or', ...conditions);
}

/** Whether two expressions are written alike. */
export function isSame(a: Expr, b: Expr): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
