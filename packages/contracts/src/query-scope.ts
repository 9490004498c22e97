import type { Catalog, CatalogColumn, CatalogTable } from './catalog.ts';
import type { DataType, Field } from './data-type.ts';
import { comparesExactly } from './data-type.ts';
import { PerfError } from './errors.ts';
import type { Aggregate, SelectItem, StructuredQuery } from './query.ts';

/** A table under its name in the query. */
export interface ScopedTable {
  readonly alias: string;
  readonly table: CatalogTable;
  /** True for the right side of a left join: every column may be null. */
  readonly outer: boolean;
}

/** A column found by a field's name. */
export interface ScopedColumn {
  readonly alias: string;
  readonly table: string;
  readonly column: CatalogColumn;
  /** Whether the query may see null here. */
  readonly nullable: boolean;
}

/** One column of the answer. */
export interface OutputColumn {
  readonly field: Field;
  /** What it is made of: a column, or an aggregate over one (over rows when absent). */
  readonly aggregate?: Aggregate;
  readonly source?: ScopedColumn;
}

/** The names of a query, resolved against a catalogue. Catalogue names are looked up exactly, never folded. */
export class QueryScope {
  readonly tables: readonly ScopedTable[];

  private constructor(tables: readonly ScopedTable[]) {
    this.tables = tables;
  }

  /** The scope of the query's tables. Throws `ERR_PERF_UNKNOWN_TABLE`, or `ERR_PERF_INVALID_QUERY` when two tables share a name. */
  static of(query: Pick<StructuredQuery, 'from' | 'as' | 'joins'>, catalog: Catalog): QueryScope {
    const tables = [scoped('from', query.from, query.as, false, catalog)];
    for (const [i, join] of (query.joins ?? []).entries())
      tables.push(scoped(`joins[${i}].table`, join.table, join.as, join.type === 'left', catalog));
    const scope = new QueryScope(tables);
    if (new Set(tables.map(({ alias }) => alias.toLowerCase())).size !== tables.length)
      throw new PerfError(
        'ERR_PERF_INVALID_QUERY',
        'joins: two tables have the same name, upper and lower case taken as one; give one an `as`',
      );
    return scope;
  }

  /**
   * The column that `field` names among the first `among` tables (all by default). A name that is a column as it stands
   * wins over `alias.column`. Throws `ERR_PERF_UNKNOWN_FIELD` when no or more than one table holds it.
   */
  resolve(field: string, path: string, among: number = this.tables.length): ScopedColumn {
    const tables = this.tables.slice(0, among);
    const plainly = tables.flatMap((table) => columnOf(table, field) ?? []);
    const [only, second] =
      plainly.length > 0 ? plainly : tables.flatMap((table) => qualifiedColumnOf(table, field) ?? []);
    if (only === undefined)
      throw new PerfError(
        'ERR_PERF_UNKNOWN_FIELD',
        `${path}: no table of the query has a column ${shown(field)}`,
      );
    if (second !== undefined)
      throw new PerfError(
        'ERR_PERF_UNKNOWN_FIELD',
        `${path}: ${shown(only.alias)} and ${shown(second.alias)} both have a column ${shown(field)}; write alias.column`,
      );
    return only;
  }

  /**
   * Columns of table `index` that its join holds equal to earlier tables' columns without loss: where they cover a unique
   * key, each earlier row finds at most one row of the table. Empty for the first table.
   */
  joinedColumns(query: Pick<StructuredQuery, 'joins'>, index: number): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { left, right } of query.joins?.[index - 1]?.on ?? []) {
      const own = this.resolve(right, 'joins', index + 1).column;
      if (comparesExactly(this.resolve(left, 'joins', index).column.type, own.type)) found.add(own.name);
    }
    return found;
  }

  /**
   * The columns of the answer, in order. Throws when a name is unknown or two columns have one name; an `as` must differ
   * from every other name by more than upper and lower case, which most databases take as one.
   */
  output(query: StructuredQuery): readonly OutputColumn[] {
    const columns =
      query.select === undefined
        ? this.#allColumns()
        : query.select.map((item, i) => this.#selected(item, `select[${i}]`));
    const names = new Map<string, { readonly name: string; readonly given: boolean }>();
    for (const [i, { field }] of columns.entries()) {
      const given = typeof query.select?.[i] === 'object';
      const other = names.get(field.name.toLowerCase());
      if (other !== undefined && (other.name === field.name || other.given || given))
        throw new PerfError(
          'ERR_PERF_INVALID_QUERY',
          `select[${i}]: two columns of the answer are named ${shown(field.name)}${other.name === field.name ? '' : ', upper and lower case taken as one'}; give one an \`as\``,
        );
      names.set(field.name.toLowerCase(), { name: field.name, given: given || other?.given === true });
    }
    return columns;
  }

  #allColumns(): OutputColumn[] {
    const taken = new Map<string, string>();
    return this.tables.flatMap((table) =>
      table.table.columns.map(({ name }) => {
        const source = columnOf(table, name);
        if (source === undefined)
          throw new PerfError('ERR_PERF_UNKNOWN_FIELD', `select: ${table.alias} lost a column`);
        const holder = taken.get(name.toLowerCase()) ?? table.alias;
        const output = holder === table.alias ? name : `${table.alias}.${name}`;
        taken.set(output.toLowerCase(), table.alias);
        return plain(output, source);
      }),
    );
  }

  #selected(item: SelectItem, path: string): OutputColumn {
    if (typeof item === 'string') {
      const source = this.resolve(item, path);
      return plain(source.column.name, source);
    }
    if (!('aggregate' in item)) return plain(item.as, this.resolve(item.field, `${path}.field`));
    const source = item.field === undefined ? undefined : this.resolve(item.field, `${path}.field`);
    const counted = item.aggregate === 'count' || item.aggregate === 'countDistinct';
    const type = aggregateType(item.aggregate, source?.column.type);
    const field: Field = classified(
      { name: item.as, type, nullable: !counted },
      counted ? undefined : source,
    );
    return { field, aggregate: item.aggregate, ...(source === undefined ? {} : { source }) };
  }
}

/** The type of an aggregate: counts and sums of whole numbers are int64, `avg` is float64, `sum` of decimals keeps the scale. */
export function aggregateType(aggregate: Aggregate, of: DataType | undefined): DataType {
  switch (aggregate) {
    case 'count':
    case 'countDistinct':
      return { kind: 'int64' };
    case 'avg':
      return { kind: 'float64' };
    case 'sum':
      if (of?.kind === 'decimal') return { kind: 'decimal', precision: 38, scale: of.scale };
      return { kind: of?.kind === 'float64' ? 'float64' : 'int64' };
    case 'min':
    case 'max':
      return of ?? { kind: 'int64' };
  }
}

/** A name as it may stand in a message: quoted, escaped, cut. */
function shown(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

function scoped(
  path: string,
  name: string,
  as: string | undefined,
  outer: boolean,
  catalog: Catalog,
): ScopedTable {
  const table = catalog.tables.get(name);
  if (table === undefined)
    throw new PerfError('ERR_PERF_UNKNOWN_TABLE', `${path}: the catalogue has no table ${shown(name)}`);
  return { alias: as ?? name, table, outer };
}

function columnOf(scopedTable: ScopedTable, name: string): ScopedColumn | undefined {
  const column = scopedTable.table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return undefined;
  return {
    alias: scopedTable.alias,
    table: scopedTable.table.name,
    column,
    nullable: column.nullable || scopedTable.outer,
  };
}

/** The column that `alias.column` names, when the alias is this table's. */
function qualifiedColumnOf(scopedTable: ScopedTable, field: string): ScopedColumn | undefined {
  const { alias } = scopedTable;
  return field.startsWith(`${alias}.`) ? columnOf(scopedTable, field.slice(alias.length + 1)) : undefined;
}

function plain(name: string, source: ScopedColumn): OutputColumn {
  return { field: classified({ name, type: source.column.type, nullable: source.nullable }, source), source };
}

function classified(field: Field, source: ScopedColumn | undefined): Field {
  const classification = source?.column.classification;
  return classification === undefined ? field : { ...field, classification };
}
