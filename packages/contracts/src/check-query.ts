import type { Catalog } from './catalog.ts';
import { checkFilter } from './check-filter.ts';
import { isNumeric } from './data-type.ts';
import { PerfError } from './errors.ts';
import {
  malformed,
  readAlias,
  readBoolean,
  readChoice,
  readCount,
  readList,
  readName,
  readObject,
} from './json-shape.ts';
import type { Aggregate, Join, OrderKey, Scalar, SelectItem, StructuredQuery } from './query.ts';
import { QUERY_LIMITS } from './query-limits.ts';
import type { OutputColumn, ScopedColumn } from './query-scope.ts';
import { QueryScope } from './query-scope.ts';
import { isComparable, readScalar } from './read-scalar.ts';

const AGGREGATES: readonly Aggregate[] = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'];
const COLUMNS = { least: 1, most: QUERY_LIMITS.columns };

/**
 * Checks untrusted JSON against a catalogue and gives back a query made of its known parts only.
 * An error begins with the path of the fault, as in `where.and[1].operator: …`. Tables and fields that the catalogue does
 * not hold are refused, values are read by their column's type, and unknown keys are errors, so nothing of the input
 * reaches SQL but bound values and names that the catalogue knows or that are quoted.
 *
 * Throws `ERR_PERF_INVALID_QUERY`, `ERR_PERF_UNKNOWN_TABLE`, `ERR_PERF_UNKNOWN_FIELD` or `ERR_PERF_INVALID_VALUE`.
 */
export function checkQuery(input: unknown, catalog: Catalog): StructuredQuery {
  const query = readShape(input);
  const scope = QueryScope.of(query, catalog);
  for (const [i, join] of (query.joins ?? []).entries()) checkJoin(join, `joins[${i}]`, scope, i);
  for (const [i, item] of (query.select ?? []).entries()) checkSelected(item, `select[${i}]`, scope);
  const output = scope.output(query);
  const grouped = query.groupBy !== undefined || output.some(({ aggregate }) => aggregate !== undefined);
  checkGroups(query, output, scope, grouped);
  const where =
    query.where === undefined
      ? undefined
      : checkFilter(query.where, 'where', (field, path) => scope.resolve(field, path).column.type);
  const having = query.having === undefined ? undefined : checkHaving(query, output, scope, grouped);
  checkOrder(query, output, scope, grouped);
  return { ...query, ...(where === undefined ? {} : { where }), ...(having === undefined ? {} : { having }) };
}

/** The parts of a query with their JSON types; filters are left for later, when names can be resolved. */
function readShape(input: unknown): StructuredQuery {
  const parts = readObject(input, '', [
    'from',
    'as',
    'select',
    'joins',
    'where',
    'groupBy',
    'having',
    'orderBy',
    'distinct',
    'limit',
    'offset',
    'after',
  ]);
  const optional = <T>(key: string, read: (value: unknown, path: string) => T): Record<string, T> =>
    key in parts ? { [key]: read(parts[key], key) } : {};
  return {
    from: readName(parts['from'], 'from'),
    ...optional('as', readAlias),
    ...optional('select', (value, path) => readList(value, path, COLUMNS, readSelectItem)),
    ...optional('joins', (value, path) =>
      readList(value, path, { least: 0, most: QUERY_LIMITS.tables - 1 }, readJoin),
    ),
    ...optional('where', (value) => value),
    ...optional('groupBy', (value, path) => readList(value, path, COLUMNS, readName)),
    ...optional('having', (value) => value),
    ...optional('orderBy', (value, path) => readList(value, path, { ...COLUMNS, least: 0 }, readOrderKey)),
    ...optional('distinct', readBoolean),
    ...optional('limit', readRows),
    ...optional('offset', readRows),
    ...optional('after', (value, path) => readList(value, path, COLUMNS, readAfterValue)),
  };
}

function readRows(value: unknown, path: string): number {
  return readCount(value, path, QUERY_LIMITS.rows);
}

function readSelectItem(value: unknown, path: string): SelectItem {
  if (typeof value === 'string') return readName(value, path);
  const parts = readObject(value, path, ['field', 'as', 'aggregate']);
  const as = readAlias(parts['as'], `${path}.as`);
  const field = 'field' in parts ? readName(parts['field'], `${path}.field`) : undefined;
  if (!('aggregate' in parts)) {
    if (field === undefined) throw malformed(path, 'a field, or an aggregate');
    return { field, as };
  }
  const aggregate = readChoice(parts['aggregate'], `${path}.aggregate`, AGGREGATES);
  if (field === undefined && aggregate !== 'count')
    throw malformed(`${path}.field`, `a name: only count goes without`);
  return field === undefined ? { aggregate, as } : { aggregate, field, as };
}

function readJoin(value: unknown, path: string): Join {
  const parts = readObject(value, path, ['table', 'as', 'type', 'on']);
  const on = readList(parts['on'], `${path}.on`, COLUMNS, (pair, at) => {
    const sides = readObject(pair, at, ['left', 'right']);
    return { left: readName(sides['left'], `${at}.left`), right: readName(sides['right'], `${at}.right`) };
  });
  const join: Join = {
    table: readName(parts['table'], `${path}.table`),
    type: readChoice(parts['type'], `${path}.type`, ['inner', 'left']),
    on,
  };
  return 'as' in parts ? { ...join, as: readAlias(parts['as'], `${path}.as`) } : join;
}

function readOrderKey(value: unknown, path: string): OrderKey {
  const parts = readObject(value, path, ['field', 'direction', 'nulls']);
  return {
    field: readName(parts['field'], `${path}.field`),
    ...('direction' in parts
      ? { direction: readChoice(parts['direction'], `${path}.direction`, ['asc', 'desc']) }
      : {}),
    ...('nulls' in parts ? { nulls: readChoice(parts['nulls'], `${path}.nulls`, ['first', 'last']) } : {}),
  };
}

function readAfterValue(value: unknown, path: string): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  throw malformed(path, 'a scalar');
}

function checkJoin(join: Join, path: string, scope: QueryScope, index: number): void {
  const own = scope.tables[index + 1];
  for (const [i, pair] of join.on.entries()) {
    const left = scope.resolve(pair.left, `${path}.on[${i}].left`, index + 1);
    const right = scope.resolve(pair.right, `${path}.on[${i}].right`, index + 2);
    if (right.alias !== own?.alias) throw malformed(`${path}.on[${i}].right`, 'a column of the joined table');
    if (!isComparable(left.column.type) || family(left.column.type.kind) !== family(right.column.type.kind))
      throw malformed(
        `${path}.on[${i}]`,
        `columns of one kind, got ${left.column.type.kind} and ${right.column.type.kind}`,
      );
  }
}

/** Kinds that compare with each other in every engine. */
function family(kind: string): string {
  return kind === 'int32' || kind === 'int64' || kind === 'decimal' || kind === 'float64' ? 'number' : kind;
}

function checkSelected(item: SelectItem, path: string, scope: QueryScope): void {
  if (typeof item === 'string' || !('aggregate' in item) || item.field === undefined) return;
  const { type } = scope.resolve(item.field, `${path}.field`).column;
  const numbers = item.aggregate === 'sum' || item.aggregate === 'avg';
  if (item.aggregate !== 'count' && (numbers ? !isNumeric(type) : !isComparable(type)))
    throw malformed(`${path}.field`, `a column that ${item.aggregate} can take, not ${type.kind}`);
  if ((item.aggregate === 'min' || item.aggregate === 'max') && type.kind === 'bool')
    throw malformed(`${path}.field`, `a column with an order, not bool`);
}

const same = (a: ScopedColumn, b: ScopedColumn): boolean =>
  a.alias === b.alias && a.column.name === b.column.name;

function checkGroups(
  query: StructuredQuery,
  output: readonly OutputColumn[],
  scope: QueryScope,
  grouped: boolean,
): void {
  const keys = (query.groupBy ?? []).map((field, i) => scope.resolve(field, `groupBy[${i}]`));
  for (const [i, key] of keys.entries())
    if (!isComparable(key.column.type))
      throw malformed(`groupBy[${i}]`, `a comparable column, not ${key.column.type.kind}`);
  if (!grouped) return;
  for (const [i, { aggregate, source }] of output.entries()) {
    if (aggregate === undefined && source !== undefined && !keys.some((key) => same(key, source)))
      throw malformed(
        query.select === undefined ? 'select' : `select[${i}]`,
        'a field of groupBy or an aggregate, as the query groups rows',
      );
  }
}

function checkHaving(
  query: StructuredQuery,
  output: readonly OutputColumn[],
  scope: QueryScope,
  grouped: boolean,
): StructuredQuery['having'] {
  if (!grouped) throw malformed('having', 'groupBy or an aggregate beside it');
  return checkFilter(
    query.having,
    'having',
    (field, path) => orderable(field, path, query, output, scope, grouped).type,
  );
}

/** A field that orders or filters the answer: an output name first, then (where rows are not merged) any column. */
function orderable(
  field: string,
  path: string,
  query: StructuredQuery,
  output: readonly OutputColumn[],
  scope: QueryScope,
  grouped: boolean,
): { type: OutputColumn['field']['type']; nullable: boolean; source?: ScopedColumn } {
  const shown = output.find((column) => column.field.name === field);
  if (shown !== undefined)
    return {
      type: shown.field.type,
      nullable: shown.field.nullable,
      ...(shown.aggregate === undefined && shown.source !== undefined ? { source: shown.source } : {}),
    };
  const source = scope.resolve(field, path);
  if (grouped && !(query.groupBy ?? []).some((key, i) => same(scope.resolve(key, `groupBy[${i}]`), source)))
    throw malformed(path, 'a field of groupBy or the name of a selected column, as the query groups rows');
  if (
    query.distinct === true &&
    !output.some(
      (column) =>
        column.aggregate === undefined && column.source !== undefined && same(column.source, source),
    )
  )
    throw malformed(path, 'a selected column, as the query is distinct');
  return { type: source.column.type, nullable: source.nullable, source };
}

function checkOrder(
  query: StructuredQuery,
  output: readonly OutputColumn[],
  scope: QueryScope,
  grouped: boolean,
): void {
  if (query.distinct === true)
    for (const [i, { field }] of output.entries())
      if (!isComparable(field.type))
        throw malformed(
          query.select === undefined ? 'select' : `select[${i}]`,
          `comparable columns for distinct, not ${field.type.kind}`,
        );
  const keys = (query.orderBy ?? []).map((key, i) => {
    const found = orderable(key.field, `orderBy[${i}].field`, query, output, scope, grouped);
    if (!isComparable(found.type))
      throw malformed(`orderBy[${i}].field`, `a comparable column, not ${found.type.kind}`);
    return found;
  });
  for (const [i, { source }] of keys.entries()) {
    const repeats = (other: (typeof keys)[number], at: number): boolean =>
      query.orderBy?.[at]?.field === query.orderBy?.[i]?.field ||
      (source !== undefined && other.source !== undefined && same(source, other.source));
    if (keys.slice(0, i).some(repeats))
      throw malformed(`orderBy[${i}].field`, 'each column once; a second key on it decides nothing');
  }
  if (query.after === undefined) return;
  if (keys.length > QUERY_LIMITS.keysetKeys)
    throw malformed('orderBy', `at most ${QUERY_LIMITS.keysetKeys} keys beside after`);
  if (query.offset !== undefined) throw malformed('offset', 'no offset beside after');
  if (query.after.length !== keys.length)
    throw malformed('after', `one value for each of the ${keys.length} keys of orderBy`);
  for (const [i, key] of keys.entries()) {
    const value = query.after[i];
    if (value === null && key.nullable) continue;
    readScalar(value, key.type, `after[${i}]`);
  }
  if (
    !endsUnique(
      query,
      output,
      scope,
      keys.flatMap(({ source }) => source ?? []),
      grouped,
    )
  )
    throw new PerfError(
      'ERR_PERF_INVALID_QUERY',
      'orderBy: a keyset page needs an order that ends in a unique key of every table',
    );
}

/** Whether the order's columns tell all rows of the answer apart. */
function endsUnique(
  query: StructuredQuery,
  output: readonly OutputColumn[],
  scope: QueryScope,
  order: readonly ScopedColumn[],
  grouped: boolean,
): boolean {
  const ordered = (column: ScopedColumn): boolean => order.some((key) => same(key, column));
  if (grouped) return (query.groupBy ?? []).every((field) => ordered(scope.resolve(field, 'groupBy')));
  if (query.distinct === true) return output.every(({ source }) => source !== undefined && ordered(source));
  return scope.tables.every(({ alias, table }, i) => {
    const joined = scope.joinedColumns(query, i);
    // Null is distinct from null in a unique key: only a column without nulls, or one that a join compares, tells rows apart.
    const isRequired = (name: string): boolean =>
      table.columns.some((column) => column.name === name && !column.nullable);
    return table.uniqueKeys.some((key) =>
      key.every(
        (name) =>
          joined.has(name) ||
          (isRequired(name) && order.some((column) => column.alias === alias && column.column.name === name)),
      ),
    );
  });
}
