import type {
  Catalog,
  DataType,
  Filter,
  FilterOperator,
  OutputColumn,
  Parameter,
  Scalar,
  ScopedColumn,
  ScopedTable,
  StructuredQuery,
} from '@perf/contracts';
import { QueryScope, readScalar } from '@perf/contracts';

/** What a predicate, an order or a group speaks of: a column of a table, or an aggregate of the answer. */
export type Operand =
  | {
      readonly kind: 'column';
      readonly column: ScopedColumn;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'aggregate';
      readonly output: OutputColumn;
      readonly type: DataType;
      readonly nullable: boolean;
    };

/** A condition with names resolved and values read by type. True, false or unknown, as in SQL. */
export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  | {
      readonly kind: 'compare';
      readonly operand: Operand;
      readonly operator: FilterOperator;
      /** One value; several for `in`, `notIn`; two for `between`; none for `isNull`, `isNotNull`. */
      readonly values: readonly Parameter[];
      readonly caseSensitive: boolean;
    };

/** A join, with its table's place in the block. */
export interface BlockJoin {
  readonly table: ScopedTable;
  readonly type: 'inner' | 'left';
  readonly on: readonly { readonly left: ScopedColumn; readonly right: ScopedColumn }[];
}

/** One key of the order, with its value on the last row of the page before (undefined: first page). */
export interface OrderTerm {
  readonly operand: Operand;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly after: Parameter | undefined;
}

/**
 * The relational form of a checked query, evaluated from top to bottom: tables, `where`, groups, `having`, output,
 * distinct, order, limit. Rows are a bag until the order.
 */
export interface QueryBlock {
  readonly from: ScopedTable;
  readonly joins: readonly BlockJoin[];
  readonly where: Predicate | undefined;
  readonly groupBy: readonly ScopedColumn[];
  /** Whether rows are merged: there is a `groupBy` or an aggregate. */
  readonly grouped: boolean;
  readonly having: Predicate | undefined;
  readonly output: readonly OutputColumn[];
  readonly distinct: boolean;
  readonly order: readonly OrderTerm[];
  readonly limit: number | undefined;
  readonly offset: number;
}

/** Resolves a query that `checkQuery` has passed. */
export function buildBlock(query: StructuredQuery, catalog: Catalog): QueryBlock {
  const scope = QueryScope.of(query, catalog);
  const output = scope.output(query);
  const operand = (field: string, path: string): Operand =>
    outputOperand(output, field) ?? columnOperand(scope.resolve(field, path));
  const column = (field: string, path: string): Operand => columnOperand(scope.resolve(field, path));
  const groupBy = (query.groupBy ?? []).map((field) => scope.resolve(field, 'groupBy'));
  return {
    from: tableAt(scope, 0),
    joins: (query.joins ?? []).map((join, i) => ({
      table: tableAt(scope, i + 1),
      type: join.type,
      on: join.on.map(({ left, right }) => ({
        left: scope.resolve(left, 'on', i + 1),
        right: scope.resolve(right, 'on', i + 2),
      })),
    })),
    where: query.where === undefined ? undefined : buildPredicate(query.where, column),
    groupBy,
    grouped: query.groupBy !== undefined || output.some(({ aggregate }) => aggregate !== undefined),
    having: query.having === undefined ? undefined : buildPredicate(query.having, operand),
    output,
    distinct: query.distinct === true,
    order: (query.orderBy ?? []).map((key, i) => {
      const by = operand(key.field, 'orderBy');
      const after = query.after?.[i];
      return {
        operand: by,
        descending: key.direction === 'desc',
        nullsFirst: key.nulls === 'first',
        after: after === undefined ? undefined : afterValue(after, by.type),
      };
    }),
    limit: query.limit,
    offset: query.offset ?? 0,
  };
}

function tableAt(scope: QueryScope, index: number): ScopedTable {
  const table = scope.tables[index];
  if (table === undefined) throw new RangeError(`the query has no table ${index}`);
  return table;
}

function columnOperand(column: ScopedColumn): Operand {
  return { kind: 'column', column, type: column.column.type, nullable: column.nullable };
}

function outputOperand(output: readonly OutputColumn[], field: string): Operand | undefined {
  const found = output.find((column) => column.field.name === field);
  if (found === undefined) return undefined;
  if (found.aggregate === undefined && found.source !== undefined) return columnOperand(found.source);
  return { kind: 'aggregate', output: found, type: found.field.type, nullable: found.field.nullable };
}

function buildPredicate(filter: Filter, resolve: (field: string, path: string) => Operand): Predicate {
  if ('and' in filter) return { kind: 'and', parts: filter.and.map((part) => buildPredicate(part, resolve)) };
  if ('or' in filter) return { kind: 'or', parts: filter.or.map((part) => buildPredicate(part, resolve)) };
  if ('not' in filter) return { kind: 'not', part: buildPredicate(filter.not, resolve) };
  const operand = resolve(filter.field, filter.field);
  const { value } = filter;
  const given: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return {
    kind: 'compare',
    operand,
    operator: filter.operator,
    values: given.map((item) => readScalar(item, operand.type, filter.field)),
    caseSensitive: filter.caseSensitive ?? true,
  };
}

function afterValue(value: Scalar, type: DataType): Parameter {
  return value === null ? null : readScalar(value, type, 'after');
}
