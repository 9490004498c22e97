import type {
  Aggregate,
  Catalog,
  CatalogTable,
  DataType,
  Join,
  OrderKey,
  Scalar,
  SelectItem,
  StructuredQuery,
} from '@perf/contracts';
import { PerfError, aggregateType, isComparable, isNumeric } from '@perf/contracts';
import * as fc from 'fast-check';
import type { FilterField, FilterShape } from './arbitrary-filter.ts';
import { arbitraryFilter } from './arbitrary-filter.ts';
import { arbitraryScalar } from './arbitrary-scalar.ts';

/** Which queries to make. */
export interface ArbitraryQueryOptions extends FilterShape {
  /** Tables to begin with. @default all of the catalogue */
  readonly tables?: readonly string[];
  /** Most joins of one query, along foreign keys in both directions. @default 2 */
  readonly maxJoins?: number;
  /** Values that occur in the data, by table and column: filters then select something. @default none */
  readonly samples?: (table: string, column: string) => readonly Scalar[];
  /** Whether `after` may appear. @default true */
  readonly keyset?: boolean;
}

/** A column of the tables of one query. */
interface Source extends FilterField {
  readonly nullable: boolean;
}

/** The tables of one query. */
interface Tables {
  readonly from: string;
  readonly joins: readonly Join[];
  readonly sources: readonly Source[];
  /** Fields that together tell all rows apart; undefined when a table has no unique key. */
  readonly unique: readonly string[] | undefined;
}

/**
 * Valid queries over a catalogue: every one passes `checkQuery`. `limit`, `offset` and `after` appear only with a total order,
 * so that every engine must give the same rows; `isTotallyOrdered` says whether their sequence counts too.
 */
export function arbitraryQuery(
  catalog: Catalog,
  options: ArbitraryQueryOptions = {},
): fc.Arbitrary<StructuredQuery> {
  const names = options.tables ?? [...catalog.tables.keys()];
  if (names.length === 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'the catalogue has no table to query');
  return fc
    .constantFrom(...names)
    .chain((from) => arbitraryTables(catalog, from, options))
    .chain((tables) =>
      fc.oneof(plainQuery(tables, options), plainQuery(tables, options), groupedQuery(tables, options)),
    );
}

/** Whether a query made by `arbitraryQuery` has a total order, so that two answers must match as sequences; else as bags. */
export function isTotallyOrdered(query: StructuredQuery): boolean {
  return query.limit !== undefined;
}

function arbitraryTables(
  catalog: Catalog,
  from: string,
  options: ArbitraryQueryOptions,
): fc.Arbitrary<Tables> {
  const step = (tables: readonly CatalogTable[], joins: readonly Join[]): fc.Arbitrary<Join> | undefined => {
    const possible = tables.flatMap((table, i) => joinsFrom(catalog, table, `t${i}`, `t${tables.length}`));
    return possible.length === 0 || joins.length >= (options.maxJoins ?? 2)
      ? undefined
      : fc.constantFrom(...possible);
  };
  const grow = (tables: readonly CatalogTable[], joins: readonly Join[]): fc.Arbitrary<Tables> => {
    const done = fc.constant(described(tables, joins, options));
    const next = step(tables, joins);
    if (next === undefined) return done;
    const grown = next.chain((join) => {
      const joined = catalog.tables.get(join.table);
      return joined === undefined ? done : grow([...tables, joined], [...joins, join]);
    });
    return fc.oneof(done, grown);
  };
  const table = catalog.tables.get(from);
  if (table === undefined)
    throw new PerfError('ERR_PERF_UNKNOWN_TABLE', `the catalogue has no table ${from}`);
  return grow([table], []);
}

/** Joins from `table` to what it refers to, and to what refers to it. */
function joinsFrom(catalog: Catalog, table: CatalogTable, alias: string, as: string): Join[] {
  const pairs: { table: string; on: Join['on'] }[] = [];
  for (const key of table.foreignKeys)
    pairs.push({ table: key.table, on: paired(alias, key.columns, as, key.references) });
  for (const other of catalog.tables.values())
    for (const key of other.foreignKeys)
      if (key.table === table.name)
        pairs.push({ table: other.name, on: paired(alias, key.references, as, key.columns) });
  return pairs.flatMap((pair) => (['inner', 'left'] as const).map((type) => ({ ...pair, as, type })));
}

function paired(
  left: string,
  columns: readonly string[],
  right: string,
  others: readonly string[],
): Join['on'] {
  return columns.map((name, i) => ({ left: `${left}.${name}`, right: `${right}.${others[i] ?? name}` }));
}

function described(
  tables: readonly CatalogTable[],
  joins: readonly Join[],
  options: ArbitraryQueryOptions,
): Tables {
  const sources = tables.flatMap((table, i) =>
    table.columns.map((column) => ({
      field: `t${i}.${column.name}`,
      type: column.type,
      nullable: column.nullable || joins[i - 1]?.type === 'left',
      samples: options.samples?.(table.name, column.name) ?? [],
    })),
  );
  const keys = tables.map((table, i) => table.uniqueKeys[0]?.map((name) => `t${i}.${name}`));
  const unique = keys.every((key) => key !== undefined) ? keys.flat() : undefined;
  return { from: tables[0]?.name ?? '', joins, sources, unique };
}

function head({ from, joins }: Tables): Pick<StructuredQuery, 'from' | 'as' | 'joins'> {
  return { from, as: 't0', ...(joins.length === 0 ? {} : { joins }) };
}

/** A query without groups: some columns, a filter, maybe a total order with a page. */
function plainQuery(tables: Tables, options: ArbitraryQueryOptions): fc.Arbitrary<StructuredQuery> {
  const comparable = tables.sources.filter(({ type }) => isComparable(type));
  const selected = fc.option(fc.subarray([...comparable], { minLength: 1 }), { nil: undefined });
  return fc
    .tuple(selected, maybeFilter(tables.sources, options), fc.boolean(), fc.boolean())
    .chain(([columns, where, distinct, paged]) => {
      const select = columns?.map(({ field }, i): SelectItem => ({ field, as: `c${i}` }));
      const base: StructuredQuery = {
        ...head(tables),
        ...(select === undefined ? {} : { select }),
        ...(where === undefined ? {} : { where }),
      };
      if (distinct && columns !== undefined) return fc.constant({ ...base, distinct: true });
      const { unique } = tables;
      return paged && unique !== undefined ? ordered(base, comparable, unique, options) : fc.constant(base);
    });
}

/** The query with an order that ends in `unique` fields, and a page of it. */
function ordered(
  base: StructuredQuery,
  comparable: readonly Source[],
  unique: readonly string[],
  options: ArbitraryQueryOptions,
): fc.Arbitrary<StructuredQuery> {
  const free = comparable.filter(({ field }) => !unique.includes(field));
  const last = comparable.filter(({ field }) => unique.includes(field));
  return fc.subarray(free, { maxLength: Math.min(2, free.length) }).chain((first) => {
    const sources = [...first, ...last];
    const values = fc.tuple(...sources.map((source) => afterValue(source)));
    const keys = fc.tuple(...sources.map(({ field }) => orderKey(field)));
    return fc
      .tuple(keys, values, fc.integer({ min: 0, max: 2 }), count)
      .map(([orderBy, after, page, limit]) => {
        const query = { ...base, orderBy, limit };
        if (page === 0) return query;
        return page === 1 && options.keyset !== false ? { ...query, after } : { ...query, offset: limit };
      });
  });
}

/** A query with groups: keys, aggregates, a filter before and one after, maybe an order by all keys with a limit. */
function groupedQuery(tables: Tables, options: ArbitraryQueryOptions): fc.Arbitrary<StructuredQuery> {
  const comparable = tables.sources.filter(({ type }) => isComparable(type));
  const keys = fc.subarray([...comparable], { maxLength: Math.min(2, comparable.length) });
  const measures = fc.array(aggregateOver(comparable), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(keys, measures, maybeFilter(tables.sources, options), fc.boolean())
    .chain(([groups, aggregates, where, limited]) => {
      const select: SelectItem[] = [
        ...groups.map(({ field }, i) => ({ field, as: `k${i}` })),
        ...aggregates.map(({ aggregate, field }, i) => ({
          aggregate,
          as: `a${i}`,
          ...(field === undefined ? {} : { field }),
        })),
      ];
      const base: StructuredQuery = {
        ...head(tables),
        select,
        ...(where === undefined ? {} : { where }),
        ...(groups.length === 0 ? {} : { groupBy: groups.map(({ field }) => field) }),
      };
      // Floats may differ in their last digits between engines, so no filter decides on them.
      const countable = aggregates.flatMap(({ type }, i) =>
        type.kind === 'int64' ? [{ field: `a${i}`, type }] : [],
      );
      const order = fc.tuple(...groups.map((_, i) => orderKey(`k${i}`)));
      return fc.tuple(maybeFilter(countable, options), order, count).map(([having, orderBy, limit]) => ({
        ...base,
        ...(having === undefined ? {} : { having }),
        ...(limited && groups.length > 0 ? { orderBy, limit } : {}),
      }));
    });
}

const count = fc.integer({ min: 0, max: 20 });

function orderKey(field: string): fc.Arbitrary<OrderKey> {
  return fc
    .tuple(fc.constantFrom(undefined, 'asc', 'desc'), fc.constantFrom(undefined, 'first', 'last'))
    .map(([direction, nulls]) => ({
      field,
      ...(direction === undefined ? {} : { direction }),
      ...(nulls === undefined ? {} : { nulls }),
    }));
}

function afterValue({ type, nullable, samples = [] }: Source): fc.Arbitrary<Scalar> {
  const usual = samples.length === 0 ? arbitraryScalar(type) : fc.constantFrom(...samples);
  return nullable
    ? fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: fc.constant(null) })
    : usual;
}

function maybeFilter(
  fields: readonly FilterField[],
  options: ArbitraryQueryOptions,
): fc.Arbitrary<StructuredQuery['where']> {
  if (fields.length === 0) return fc.constant(undefined);
  return fc.option(arbitraryFilter(fields, options), { nil: undefined, freq: 3 });
}

interface Measure {
  readonly aggregate: Aggregate;
  readonly field: string | undefined;
  readonly type: DataType;
}

function aggregateOver(comparable: readonly Source[]): fc.Arbitrary<Measure> {
  const measures: Measure[] = [{ aggregate: 'count', field: undefined, type: { kind: 'int64' } }];
  for (const { field, type } of comparable) {
    const fitting: Aggregate[] = ['count', 'countDistinct'];
    if (isNumeric(type)) fitting.push('sum', 'avg');
    if (type.kind !== 'bool') fitting.push('min', 'max');
    for (const aggregate of fitting)
      measures.push({ aggregate, field, type: aggregateType(aggregate, type) });
  }
  return fc.constantFrom(...measures);
}
