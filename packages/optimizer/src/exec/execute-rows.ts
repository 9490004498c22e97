import type {
  CatalogTable,
  Field,
  ObjectRowBatch,
  OutputColumn,
  Scalar,
  StructuredQuery,
} from '@perf/contracts';
import { PerfError, QueryScope, checkQuery, readScalar } from '@perf/contracts';
import { cellOf } from './cell-form.ts';
import type { RowRecord } from './cell-reader.ts';
import type { CompileOptions } from './compile-filter.ts';
import { compileCheckedFilter } from './compile-filter.ts';
import type { AnswerRow } from './compile-project.ts';
import { compileProject } from './compile-project.ts';
import { distinctRows, groupBy } from './group-by.ts';
import type { RowOrderKey } from './row-order.ts';
import { rowOrder } from './row-order.ts';
import type { Key, Slot } from './row-test.ts';
import { topK } from './top-k.ts';

/** From so many rows on, generating code costs less than it saves. */
const WORTH_COMPILING = 5_000;
/** Rows asked of all filters before the rest, spread over the data. */
const SAMPLED = 256;

/** A column of the answer, and where the records that are at hand hold it. */
interface Shown extends Slot {
  readonly field: Field;
}

/**
 * The answer of a query over rows in memory: the one that every engine gives. The query is checked first and has no joins; its table is
 * `table`, whose columns tell what the rows hold (see `DataType`; a missing field is null, and nothing else is looked at). Members of an `and`
 * are asked in the order that costs least on a sample of the rows. Rows are never changed, and the answer shares no row with them; its
 * order is that of `orderBy`, else that of the rows or of the groups' first rows.
 *
 * Throws what `checkQuery` throws, `ERR_PERF_UNSUPPORTED` for joins, `ERR_PERF_UNSUPPORTED_OPERATOR` for `fuzzy`, and
 * `ERR_PERF_INVALID_VALUE` for a sum outside of int64.
 *
 * @example
 * const { rows } = executeRows({ from: 'flights', select: ['id'], orderBy: [{ field: 'delay' }], limit: 10 }, flights, table);
 */
export function executeRows(
  query: StructuredQuery,
  rows: readonly RowRecord[],
  table: CatalogTable,
  options: CompileOptions = {},
): ObjectRowBatch & { readonly rows: readonly AnswerRow[] } {
  const catalog = { version: '', tables: new Map([[table.name, table]]) };
  if ((query.joins ?? []).length > 0)
    throw new PerfError('ERR_PERF_UNSUPPORTED', 'a query over rows in memory has no joins');
  const checked = checkQuery(query, catalog);
  const scope = QueryScope.of(checked, catalog);
  const output = scope.output(checked);
  const codegen = options.codegen ?? rows.length >= WORTH_COMPILING;
  const sourceOf = (field: string): Slot => {
    const { name, type } = scope.resolve(field, '').column;
    return { key: name, type };
  };
  const kept =
    checked.where === undefined
      ? rows
      : compileCheckedFilter(checked.where, sourceOf, { codegen, sample: sampleOf(rows) }).select(rows);
  const { records, columns, slotOf } = grouped(checked, output, kept, sourceOf);
  const having =
    checked.having === undefined
      ? records
      : compileCheckedFilter(checked.having, slotOf, { codegen }).select(records);
  const page = paged(checked, checked.distinct === true ? distinctRows(having, columns) : having, slotOf);
  const project = compileProject(
    columns.map(({ field, key }) => ({ name: field.name, key })),
    { codegen },
  );
  return {
    kind: 'rows',
    layout: 'objects',
    schema: { fields: output.map(({ field }) => field) },
    rows: project(page),
  };
}

interface Records {
  readonly records: readonly RowRecord[];
  readonly columns: readonly Shown[];
  /** Where a field of `having` and `orderBy` stands: a name of the answer first, then a column. */
  readonly slotOf: (field: string) => Slot;
}

/** The rows themselves, or arrays of keys and aggregates where the query groups. */
function grouped(
  query: StructuredQuery,
  output: readonly OutputColumn[],
  rows: readonly RowRecord[],
  sourceOf: (field: string) => Slot,
): Records {
  const isGrouped = query.groupBy !== undefined || output.some(({ aggregate }) => aggregate !== undefined);
  const keys = (query.groupBy ?? []).map(sourceOf);
  const measures = output.filter(({ aggregate }) => aggregate !== undefined);
  const places = new Map<Key, Key>(isGrouped ? keys.map(({ key }, place) => [key, place]) : []);
  const columns = output.map((column): Shown => {
    const { field, source } = column;
    const name = source?.column.name ?? '';
    const key =
      column.aggregate === undefined ? (places.get(name) ?? name) : keys.length + measures.indexOf(column);
    return { field, type: field.type, key };
  });
  const slotOf = (name: string): Slot => {
    const shown = columns.find(({ field }) => field.name === name);
    if (shown !== undefined) return shown;
    const { key, type } = sourceOf(name);
    return { key: places.get(key) ?? key, type };
  };
  if (!isGrouped) return { records: rows, columns, slotOf };
  const aggregates = measures.flatMap(({ aggregate, source }) =>
    aggregate === undefined
      ? []
      : {
          aggregate,
          ...(source === undefined ? {} : { of: { key: source.column.name, type: source.column.type } }),
        },
  );
  return { records: groupBy(rows, keys, aggregates).filter(isRecord), columns, slotOf };
}

/** An array holds its cells by place as an object does by name. */
function isRecord(cells: unknown[]): cells is unknown[] & RowRecord {
  return Array.isArray(cells);
}

/** The records in order, from `offset` or behind `after`, at most `limit` of them. */
function paged(
  { orderBy = [], limit, offset = 0, after }: StructuredQuery,
  records: readonly RowRecord[],
  slotOf: (field: string) => Slot,
): readonly RowRecord[] {
  const keys = orderBy.map((key): RowOrderKey => ({ ...key, ...slotOf(key.field) }));
  const order = rowOrder(keys);
  const place = after === undefined ? undefined : placeOf(keys, after);
  const behind = place === undefined ? records : records.filter((record) => order(record, place) > 0);
  const end = limit === undefined ? behind.length : Math.min(offset + limit, behind.length);
  const first = keys.length === 0 ? behind : topK(behind, end, order);
  return first.slice(offset, end);
}

/** A record that holds the values of a keyset page's keys. */
function placeOf(keys: readonly RowOrderKey[], after: readonly Scalar[]): RowRecord {
  return Object.fromEntries(
    keys.map(({ key, type }, i) => {
      const value = after[i] ?? null;
      return [key, value === null ? null : cellOf(readScalar(value, type, `after[${i}]`), type)];
    }),
  );
}

function sampleOf(rows: readonly RowRecord[]): readonly RowRecord[] {
  if (rows.length < 4 * SAMPLED) return [];
  const step = rows.length / SAMPLED;
  return Array.from({ length: SAMPLED }, (_, i) => rows[Math.floor(i * step)] ?? {});
}
