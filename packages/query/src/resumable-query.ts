import type { Catalog, DataType, Scalar, StructuredQuery } from '@perf/contracts';
import { PerfError, QueryScope, checkQuery } from '@perf/contracts';
import type { AnswerCursor } from './cursor.ts';

/** A query whose answer can be begun at any row. */
export interface ResumableQuery {
  /** In a total order that ends in a unique key. */
  readonly query: StructuredQuery;
  /** Where the answer has the columns of its order. */
  readonly keys: readonly number[];
}

/**
 * Gives a query the total order that its answer needs to be resumed: its own, or the unique keys of its tables (of its groups) when it has
 * none. Throws `ERR_PERF_INVALID_QUERY` when the order is not unique, and `ERR_PERF_UNSUPPORTED` when the answer lacks a column of it.
 */
export function resumableQuery(input: unknown, catalog: Catalog): ResumableQuery {
  const checked = checkQuery(input, catalog);
  if (checked.after !== undefined)
    throw new PerfError('ERR_PERF_UNSUPPORTED', 'after: a resumed answer finds its own place; leave it out');
  const scope = QueryScope.of(checked, catalog);
  const query = checked.orderBy === undefined ? { ...checked, orderBy: ownOrder(checked, scope) } : checked;
  const output = scope.output(query);
  const keys = (query.orderBy ?? []).map(({ field }) => {
    const place = output.findIndex(
      (column) => column.field.name === field || isSame(column.source, field, scope),
    );
    if (place >= 0) return place;
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      `select: an answer that is to be resumed needs its orderBy ${JSON.stringify(field)} among its columns`,
    );
  });
  // The checker knows whether the order tells all rows apart; it looks only at a query that goes on.
  const { offset: _, ...first } = query;
  const types = keys.map((place) => output[place]?.field.type);
  checkQuery({ ...first, after: types.map((type) => sample(type)) }, catalog);
  return { query, keys };
}

/** The same query from a cursor on. */
export function queryFrom(query: StructuredQuery, cursor: AnswerCursor | undefined): StructuredQuery {
  if (cursor === undefined) return query;
  const { offset: _, limit, ...rest } = query;
  const left = limit === undefined ? {} : { limit: Math.max(0, limit - cursor.rows) };
  return { ...rest, ...left, after: [...cursor.after] };
}

function ownOrder(query: StructuredQuery, scope: QueryScope): { readonly field: string }[] {
  if (query.groupBy !== undefined) return query.groupBy.map((field) => ({ field }));
  if (query.distinct === true) return scope.output(query).map(({ field }) => ({ field: field.name }));
  return scope.tables.flatMap(({ alias, table }, i) => {
    const joined = scope.joinedColumns(query, i);
    if (i > 0 && table.uniqueKeys.some((key) => key.every((name) => joined.has(name)))) return [];
    const [key = []] = table.uniqueKeys;
    return key.map((name) => ({ field: scope.tables.length === 1 ? name : `${alias}.${name}` }));
  });
}

function isSame(
  source: ReturnType<QueryScope['output']>[number]['source'],
  field: string,
  scope: QueryScope,
): boolean {
  if (source === undefined) return false;
  try {
    const wanted = scope.resolve(field, 'orderBy');
    return wanted.alias === source.alias && wanted.column.name === source.column.name;
  } catch {
    // A name of the answer alone, as of an aggregate: found by its name.
    return false;
  }
}

/** Some value of a type, for the checker alone. */
function sample(type: DataType | undefined): Scalar {
  switch (type?.kind) {
    case 'bool':
      return false;
    case 'int32':
    case 'float64':
      return 0;
    case 'int64':
    case 'decimal':
      return '0';
    case 'date':
    case 'timestamp':
      return '1970-01-01';
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
    case undefined:
      return '';
  }
}
