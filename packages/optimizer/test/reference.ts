import type {
  Aggregate,
  Catalog,
  Comparison,
  DataType,
  Filter,
  OutputColumn,
  Schema,
  ScopedColumn,
  StructuredQuery,
} from '@perf/contracts';
import { QueryScope, readScalar } from '@perf/contracts';

/** Rows of each table, in the order of the catalogue's columns, in row form. */
export type Tables = ReadonlyMap<string, readonly (readonly unknown[])[]>;

/** One row of the joined tables: values by alias and column. */
type Joined = ReadonlyMap<string, ReadonlyMap<string, unknown>>;
type Truth = boolean | undefined;

/** What SQL's three-valued logic says of a condition, written as plainly as possible. */
export class Reference {
  readonly #catalog: Catalog;
  readonly #tables: Tables;

  constructor(catalog: Catalog, tables: Tables) {
    this.#catalog = catalog;
    this.#tables = tables;
  }

  /** The answer of a checked query, computed row by row. */
  answer(query: StructuredQuery): { schema: Schema; rows: readonly (readonly unknown[])[] } {
    const scope = QueryScope.of(query, this.#catalog);
    const output = scope.output(query);
    const joined = this.#joined(query, scope).filter(
      (row) =>
        query.where === undefined ||
        truth(query.where, (field) => cell(row, scope.resolve(field, ''))) === true,
    );
    const isGrouped = query.groupBy !== undefined || output.some(({ aggregate }) => aggregate !== undefined);
    const groups = isGrouped
      ? grouped(
          joined,
          (query.groupBy ?? []).map((field) => scope.resolve(field, '')),
        )
      : joined.map((row) => [row]);
    const shown = (group: readonly Joined[], column: OutputColumn): unknown =>
      column.aggregate === undefined
        ? cell(group[0], column.source).value
        : aggregated(column.aggregate, group, column);
    const named = (group: readonly Joined[], field: string): Typed => {
      const found = output.find((column) => column.field.name === field);
      return found === undefined
        ? cell(group[0], scope.resolve(field, ''))
        : { type: found.field.type, value: shown(group, found) };
    };
    const { having } = query;
    let rows = groups
      .filter((group) => having === undefined || truth(having, (field) => named(group, field)) === true)
      .map((group) => ({
        cells: output.map((column) => shown(group, column)),
        keys: (query.orderBy ?? []).map(({ field }) => named(group, field)),
      }));
    if (query.distinct === true) rows = [...new Map(rows.map((row) => [keyOf(row.cells), row])).values()];
    rows = rows.toSorted((a, b) => ordered(a.keys, b.keys, query));
    const { after } = query;
    if (after !== undefined) {
      const place = (keys: readonly Typed[]): Typed[] =>
        keys.map(({ type }, i) => ({
          type,
          value: after[i] === null ? null : rowForm(readScalar(after[i], type, ''), type),
        }));
      rows = rows.filter(({ keys }) => ordered(keys, place(keys), query) > 0);
    }
    const from = query.offset ?? 0;
    const page = rows.slice(from, query.limit === undefined ? undefined : from + query.limit);
    return { schema: { fields: output.map(({ field }) => field) }, rows: page.map(({ cells }) => cells) };
  }

  #joined(query: StructuredQuery, scope: QueryScope): Joined[] {
    const rowsOf = (index: number): readonly ReadonlyMap<string, unknown>[] => {
      const { table } = scope.tables[index] ?? { table: undefined };
      return (this.#tables.get(table?.name ?? '') ?? []).map(
        (row) => new Map(table?.columns.map(({ name }, i) => [name, row[i]])),
      );
    };
    let joined: Joined[] = rowsOf(0).map((row) => new Map([[scope.tables[0]?.alias ?? '', row]]));
    for (const [i, join] of (query.joins ?? []).entries()) {
      const alias = scope.tables[i + 1]?.alias ?? '';
      const on = join.on.map(
        ({ left, right }) => [scope.resolve(left, '', i + 1), scope.resolve(right, '', i + 2)] as const,
      );
      joined = joined.flatMap((row): Joined[] => {
        const wider = rowsOf(i + 1).map(
          (other) => new Map<string, ReadonlyMap<string, unknown>>([...row, [alias, other]]),
        );
        const matching = wider.filter((pair) =>
          on.every(([left, right]) => same(cell(pair, left), cell(pair, right))),
        );
        return matching.length === 0 && join.type === 'left'
          ? [new Map<string, ReadonlyMap<string, unknown>>([...row, [alias, new Map()]])]
          : matching;
      });
    }
    return joined;
  }
}

interface Typed {
  readonly type: DataType;
  readonly value: unknown;
}

function cell(row: Joined | undefined, column: ScopedColumn | undefined): Typed {
  if (column === undefined) return { type: { kind: 'utf8' }, value: null };
  return { type: column.column.type, value: row?.get(column.alias)?.get(column.column.name) ?? null };
}

function same(a: Typed, b: Typed): boolean {
  return a.value !== null && b.value !== null && compared(a.value, b.value, a.type) === 0;
}

function truth(filter: Filter, of: (field: string) => Typed): Truth {
  if ('not' in filter) {
    const inner = truth(filter.not, of);
    return inner === undefined ? undefined : !inner;
  }
  if ('and' in filter)
    return filter.and
      .map((part) => truth(part, of))
      .reduce<Truth>(
        (all, part) =>
          all === false || part === false
            ? false
            : all === undefined || part === undefined
              ? undefined
              : true,
        true,
      );
  if ('or' in filter)
    return filter.or
      .map((part) => truth(part, of))
      .reduce<Truth>(
        (any, part) =>
          any === true || part === true ? true : any === undefined || part === undefined ? undefined : false,
        false,
      );
  return comparison(filter, of(filter.field));
}

function comparison(
  { operator, value, caseSensitive = true }: Comparison,
  { type, value: stored }: Typed,
): Truth {
  if (operator === 'isNull') return stored === null;
  if (operator === 'isNotNull') return stored !== null;
  const given = (Array.isArray(value) ? value : [value]).map((item: unknown) =>
    rowForm(readScalar(item, type, ''), type),
  );
  if (given.length === 0) return operator === 'notIn';
  if (stored === null) return undefined;
  const fold = (item: unknown): unknown => (caseSensitive || typeof item !== 'string' ? item : lower(item));
  const [low, high] = given.map(fold);
  const own = fold(stored);
  const order = compared(own, low, type);
  const text = String(own);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'between':
      return order >= 0 && compared(own, high, type) <= 0;
    case 'in':
      return given.some((item) => compared(own, fold(item), type) === 0);
    case 'notIn':
      return !given.some((item) => compared(own, fold(item), type) === 0);
    case 'contains':
      return text.includes(String(low));
    case 'notContains':
      return !text.includes(String(low));
    case 'startsWith':
      return text.startsWith(String(low));
    case 'endsWith':
      return text.endsWith(String(low));
    case 'regex':
      return new RegExp(String(low), 'su').test(text);
    case 'fuzzy':
      return (
        edits(Array.from(text), Array.from(String(low))) <= (Array.from(String(given[0])).length > 5 ? 2 : 1)
      );
  }
}

/** A bound value as it stands in rows: instants as µs. */
function rowForm(value: unknown, type: DataType): unknown {
  if (type.kind !== 'timestamp' || typeof value !== 'string') return value;
  const seconds = BigInt(Date.parse(`${value.slice(0, 10)}T${value.slice(11, 19)}Z`)) * 1000n;
  return seconds + BigInt(value.slice(20, 26).padEnd(6, '0'));
}

/** Code point by code point: a text of one has no neighbours to look at. */
function lower(text: string): string {
  return Array.from(text, (sign) => (sign === 'İ' ? 'i' : sign.toLowerCase())).join('');
}

function compared(a: unknown, b: unknown, type: DataType): number {
  if (type.kind === 'utf8') return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  const [left, right] = type.kind === 'date' ? [String(a), String(b)] : [Number(a), Number(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function edits(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const rest = edits(a.slice(1), b.slice(1));
  return a[0] === b[0]
    ? rest
    : 1 +
        Math.min(
          rest,
          a.length - b.length > 2 ? rest : edits(a.slice(1), b),
          b.length - a.length > 2 ? rest : edits(a, b.slice(1)),
        );
}

function keyOf(cells: readonly unknown[]): string {
  return JSON.stringify(cells, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
}

function grouped(rows: readonly Joined[], by: readonly ScopedColumn[]): (readonly Joined[])[] {
  if (by.length === 0) return [rows];
  return [...Map.groupBy(rows, (row) => keyOf(by.map((column) => cell(row, column).value))).values()];
}

function aggregated(
  aggregate: Aggregate,
  group: readonly Joined[],
  { source, field }: OutputColumn,
): unknown {
  if (source === undefined) return BigInt(group.length);
  const { type } = source.column;
  const values = group.map((row) => cell(row, source).value).filter((value) => value !== null);
  if (aggregate === 'count') return BigInt(values.length);
  if (aggregate === 'countDistinct') return BigInt(new Set(values.map((value) => keyOf([value]))).size);
  if (values.length === 0) return null;
  if (aggregate === 'min' || aggregate === 'max')
    return values.reduce((best, value) =>
      compared(value, best, type) < 0 === (aggregate === 'min') && compared(value, best, type) !== 0
        ? value
        : best,
    );
  const scale = type.kind === 'decimal' ? 10 ** type.scale : 1;
  const sum =
    values.reduce<number>((total, value) => total + Math.round(Number(value) * scale * 1e6) / 1e6, 0) / scale;
  if (aggregate === 'avg') return sum / values.length;
  return field.type.kind === 'int64'
    ? BigInt(sum)
    : field.type.kind === 'decimal'
      ? sum.toFixed(field.type.scale)
      : sum;
}

function ordered(a: readonly Typed[], b: readonly Typed[], { orderBy = [] }: StructuredQuery): number {
  for (const [i, { direction, nulls }] of orderBy.entries()) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) continue;
    if (left.value === null || right.value === null) {
      if (left.value === right.value) continue;
      return (left.value === null) === (nulls === 'first') ? -1 : 1;
    }
    const order = compared(left.value, right.value, left.type);
    if (order !== 0) return direction === 'desc' ? -order : order;
  }
  return 0;
}
