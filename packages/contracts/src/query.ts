/** A value as it arrives in query JSON. int64, decimal, date and timestamp are strings; a number is read by the column's type. */
export type Scalar = string | number | boolean | null;

/** What a filter can ask of a field. `in`/`notIn` take an array, `between` a pair, `isNull`/`isNotNull` nothing. */
export type FilterOperator =
  | 'eq'
  | 'ne'
  | 'contains'
  | 'notContains'
  | 'startsWith'
  | 'endsWith'
  | 'in'
  | 'notIn'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'isNull'
  | 'isNotNull'
  | 'regex'
  | 'fuzzy';

/** One comparison. Comparing with a null field is unknown, as in SQL: the row is left out. */
export interface Comparison {
  /** `column` or `alias.column`; in `having` also the `as` of an aggregate. */
  readonly field: string;
  readonly operator: FilterOperator;
  /** A scalar, `in`/`notIn`: a list of scalars, `between`: `[low, high]` both inclusive. */
  readonly value?: unknown;
  /** False compares `lower()` of both sides. Text only. @default true */
  readonly caseSensitive?: boolean;
}

/** A condition on rows. An empty `and` is true, an empty `or` is false. */
export type Filter =
  | Comparison
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter };

/** How rows of a group become one value. `count` without a field counts rows; every other skips nulls. */
export type Aggregate = 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';

/** One column of the answer: a field under its own name, a field renamed, or an aggregate. */
export type SelectItem =
  | string
  | { readonly field: string; readonly as: string }
  | { readonly aggregate: Aggregate; readonly field?: string; readonly as: string };

/** A further table. `left` keeps rows without a partner, with nulls. */
export interface Join {
  readonly table: string;
  /** Name of this table in the query. @default the table's name */
  readonly as?: string;
  readonly type: 'inner' | 'left';
  /** Pairs that must be equal; `left` names an earlier table's field, `right` one of this table's. At least one. */
  readonly on: readonly { readonly left: string; readonly right: string }[];
}

/** One key of the order. */
export interface OrderKey {
  /** A field, or the `as` of a selected column. */
  readonly field: string;
  /** @default 'asc' */
  readonly direction?: 'asc' | 'desc';
  /** @default 'last', whatever the direction */
  readonly nulls?: 'first' | 'last';
}

/**
 * A question in JSON. It is untrusted: run it through `checkQuery` before anything else.
 *
 * @example
 * const query: StructuredQuery = {
 *   from: 'flights',
 *   select: ['origin', { aggregate: 'count', as: 'flights' }],
 *   where: { field: 'delay', operator: 'gt', value: 60 },
 *   groupBy: ['origin'],
 *   orderBy: [{ field: 'flights', direction: 'desc' }, { field: 'origin' }],
 *   limit: 10,
 * };
 */
export interface StructuredQuery {
  readonly from: string;
  /** Name of the first table in the query. @default the table's name */
  readonly as?: string;
  /** Columns of the answer, in order. Absent: all columns of all tables. */
  readonly select?: readonly SelectItem[];
  readonly joins?: readonly Join[];
  /** Filter on rows, before grouping. */
  readonly where?: Filter;
  readonly groupBy?: readonly string[];
  /** Filter on groups; may name the `as` of an aggregate. */
  readonly having?: Filter;
  readonly orderBy?: readonly OrderKey[];
  /** Drops duplicate rows of the answer. @default false */
  readonly distinct?: boolean;
  /** Most rows given back, 0 to 2^31 − 1. Absent: all. */
  readonly limit?: number;
  /** Rows skipped first, 0 to 2^31 − 1. @default 0 */
  readonly offset?: number;
  /**
   * Keyset page: values of the last row's orderBy keys; the answer starts after them. Then `orderBy` must end in a unique
   * key, and `offset` must be absent.
   */
  readonly after?: readonly Scalar[];
}
