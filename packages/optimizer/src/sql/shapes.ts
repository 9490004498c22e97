import type { DataType } from '@perf/contracts';
import type { Expr } from './expr.ts';
import { conjuncts } from './expr.ts';
import type { Cte, Leaf, Query, Select, Source } from './query.ts';
import { leavesOf } from './query.ts';
import type { Shape, ShapeColumn } from './shape.ts';
import { shapeOfTable } from './shape.ts';
import type { SqlName } from './sql-name.ts';
import { factsOf } from './type-of.ts';
import type { ValueFacts } from './type-of.ts';
import { columnsIn, expressionsOf, partsOf } from './walk.ts';

/** Keys of joined rows that are looked at. */
const MOST_KEYS = 16;
const NOTHING: Shape = { columns: new Map(), keys: [], single: false };

/** What is known of every source of a statement. Made anew for each form of it. */
export class Shapes {
  readonly #dialect: SqlName;
  readonly #sources = new Map<string, Shape>();
  readonly #ctes = new Map<string, Shape>();
  readonly #queries = new Map<Query, Shape>();

  constructor(query: Query, dialect: SqlName) {
    this.#dialect = dialect;
    this.of(query);
  }

  /** Rows of a source, as it gives them; outer joins above may add nulls. */
  source(alias: string): Shape {
    return this.#sources.get(alias) ?? NOTHING;
  }

  column(alias: string, name: string): ShapeColumn | undefined {
    return this.#sources.get(alias)?.columns.get(name);
  }

  cte(name: string): Shape {
    return this.#ctes.get(name) ?? NOTHING;
  }

  /** Rows of a query. */
  of(query: Query): Shape {
    const known = this.#queries.get(query);
    if (known !== undefined) return known;
    for (const cte of query.with) this.#named(cte);
    const { body, limit } = query;
    const plain = body.kind === 'select' ? this.#select(body) : this.#set(query);
    const isOne = limit?.kind === 'literal' && limit.text === '1';
    const shape = isOne ? { ...plain, single: true } : plain;
    this.#queries.set(query, shape);
    return shape;
  }

  /** Type and nullability of an expression of a SELECT. */
  facts(expr: Expr, select: Select): ValueFacts {
    return factsOf(expr, (alias, name) => this.columnIn(select, alias, name));
  }

  /** A column as the WHERE of a SELECT lets it pass: null where an outer join may add nulls, not null where a condition refuses them. */
  columnIn(select: Select, alias: string, name: string): ShapeColumn | undefined {
    const column = this.column(alias, name);
    if (column === undefined) return undefined;
    // A column of a query around may be null by a join there.
    const isOwn = leavesOf(select.from).some((leaf) => leaf.alias === alias);
    const mayBeNull = column.nullable || !isOwn || nullableSources(select.from).has(alias);
    return { ...column, nullable: mayBeNull && !refusesNull(select.where, alias, name) };
  }

  #named({ name, query }: Cte): void {
    this.#ctes.set(name, this.of(query));
  }

  #set({ body }: Query): Shape {
    if (body.kind === 'select') return NOTHING;
    const [left, right] = [this.of(body.left), this.of(body.right)];
    const others = [...right.columns.values()];
    const columns = [...left.columns.values()].map((column, i): [string, ShapeColumn] => {
      const other = others[i];
      const isAlike = JSON.stringify(column.type) === JSON.stringify(other?.type);
      const nullable = column.nullable || other?.nullable !== false;
      return [
        column.name,
        {
          ...column,
          type: isAlike ? column.type : undefined,
          nullable,
          exact: column.exact && other?.exact === true,
          origin: undefined,
        },
      ];
    });
    return { columns: new Map(columns), keys: body.all ? [] : [[...left.columns.keys()]], single: false };
  }

  #select(select: Select): Shape {
    for (const leaf of leavesOf(select.from)) this.#sources.set(leaf.alias, this.#leaf(leaf));
    for (const expr of expressionsOf(select)) this.#inner(expr);
    const columns = new Map<string, ShapeColumn>();
    for (const { expr, name } of select.output) {
      const column = expr.kind === 'column' ? this.columnIn(select, expr.source, expr.name) : undefined;
      const { type, nullable } = this.facts(expr, select);
      columns.set(name, {
        name,
        type,
        nullable,
        exact: column?.exact ?? this.#isExact(expr, select, type),
        origin: column?.origin,
      });
    }
    // Two columns of one name: nothing is said of either.
    if (columns.size < select.output.length) return NOTHING;
    const isGrouped = select.group.length > 0 || select.output.some(({ expr }) => isAggregated(expr));
    return { columns, keys: this.#keys(select, isGrouped), single: isGrouped && select.group.length === 0 };
  }

  /** Texts that are made are compared as the texts they are made of; on MySQL by the collation of the connection. */
  #isExact(expr: Expr, select: Select, type: DataType | undefined): boolean {
    if (this.#dialect === 'mysql' && (type === undefined || type.kind === 'utf8')) return false;
    return columnsIn(expr).every(({ source, name }) => this.columnIn(select, source, name)?.exact !== false);
  }

  /** Queries in an expression have sources too. */
  #inner(expr: Expr): void {
    if (expr.kind === 'query') this.of(expr.query);
    for (const part of partsOf(expr)) this.#inner(part);
  }

  #leaf(leaf: Leaf): Shape {
    switch (leaf.kind) {
      case 'table':
        return shapeOfTable(leaf.table, this.#dialect);
      case 'cte':
        return this.cte(leaf.name);
      case 'derived':
        return this.of(leaf.query);
    }
  }

  #keys(select: Select, isGrouped: boolean): readonly (readonly string[])[] {
    const shown = (expr: Expr): string | undefined =>
      select.output.find((output) => JSON.stringify(output.expr) === JSON.stringify(expr))?.name;
    const keys: (readonly string[])[] = [];
    if (select.distinct) keys.push(select.output.map(({ name }) => name));
    if (isGrouped) {
      const names = select.group.map(shown);
      if (names.length > 0 && names.every((name) => name !== undefined)) keys.push(names);
      return keys;
    }
    for (const key of this.rowKeys(select)) {
      const names = key.map((part) => shown({ kind: 'column', ...part }));
      if (names.every((name) => name !== undefined)) keys.push(names);
    }
    return keys;
  }

  /** Column sets that tell the joined rows of a SELECT apart, before groups: one key of every source that an earlier one does not fix. */
  rowKeys({ from }: Select): readonly (readonly { readonly source: string; readonly name: string }[])[] {
    const leaves = leavesOf(from);
    const [first, ...others] = leaves;
    if (first === undefined || hasFull(from)) return [];
    const needed = others.filter((leaf) => !this.#isFixed(leaf, from));
    let keys = this.#keysOf(first);
    for (const leaf of needed)
      keys = keys.flatMap((key) => this.#keysOf(leaf).map((more) => [...key, ...more])).slice(0, MOST_KEYS);
    return keys;
  }

  /** The column of a source that equals one value outside of it: of the same kind, and told apart exactly by both. */
  #fixed(a: Expr, b: Expr, alias: string): string | undefined {
    if (a.kind !== 'column' || a.source !== alias || mentions(b, alias)) return undefined;
    const column = this.column(alias, a.name);
    const other = b.kind === 'column' ? this.column(b.source, b.name) : undefined;
    const type = other?.type ?? factsOf(b, (source, name) => this.column(source, name)).type;
    const isExact = column?.exact === true && (b.kind !== 'column' || other?.exact === true);
    return isExact && areOfOneKind(column.type, type) ? a.name : undefined;
  }

  #keysOf({ alias }: Leaf): (readonly { readonly source: string; readonly name: string }[])[] {
    const { columns, keys } = this.source(alias);
    return keys
      .filter((key) => key.every((name) => columns.get(name)?.nullable === false))
      .map((key) => key.map((name) => ({ source: alias, name })));
  }

  /** Whether each row of the sources before meets at most one row of this one. */
  #isFixed(leaf: Leaf, from: Source | undefined): boolean {
    const join = joinOf(leaf, from);
    return join !== undefined && this.isUnique(leaf.alias, join);
  }

  /** Whether a condition lets at most one row of a source through for each row of the others: it fixes a key of it. */
  isUnique(alias: string, on: Expr | undefined): boolean {
    const fixed = new Set(
      conjuncts(on).flatMap((part) => {
        if (part.kind !== 'call' || part.name !== '=') return [];
        const [a, b] = part.args;
        if (a === undefined || b === undefined) return [];
        return [this.#fixed(a, b, alias), this.#fixed(b, a, alias)].flatMap((name) => name ?? []);
      }),
    );
    const { keys, single } = this.source(alias);
    return single || keys.some((key) => key.every((name) => fixed.has(name)));
  }
}

/** Whether values of two types are equal only when they are one value. */
function areOfOneKind(a: DataType | undefined, b: DataType | undefined): boolean {
  const isWhole = (type: DataType | undefined): boolean => type?.kind === 'int32' || type?.kind === 'int64';
  return a !== undefined && b !== undefined && (a.kind === b.kind || (isWhole(a) && isWhole(b)));
}

function mentions(expr: Expr, alias: string): boolean {
  if (expr.kind === 'query') return true;
  return (
    (expr.kind === 'column' && expr.source === alias) || partsOf(expr).some((part) => mentions(part, alias))
  );
}

function isAggregated(expr: Expr): boolean {
  return expr.kind === 'aggregate' || (expr.kind !== 'query' && partsOf(expr).some(isAggregated));
}

function hasFull(source: Source | undefined): boolean {
  return (
    source?.kind === 'join' &&
    (source.type === 'full' || source.type === 'right' || hasFull(source.left) || hasFull(source.right))
  );
}

/** The condition by which a leaf is joined from the right, in a chain of joins. */
function joinOf(leaf: Leaf, source: Source | undefined): Expr | undefined {
  if (source?.kind !== 'join') return undefined;
  return source.right === leaf ? source.on : joinOf(leaf, source.left);
}

/** Sources whose columns an outer join may fill with nulls. */
export function nullableSources(source: Source | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const go = (each: Source | undefined, isNullable: boolean): void => {
    if (each === undefined) return;
    if (each.kind !== 'join') {
      if (isNullable) found.add(each.alias);
      return;
    }
    go(each.left, isNullable || each.type === 'right' || each.type === 'full');
    go(each.right, isNullable || each.type === 'left' || each.type === 'full');
  };
  go(source, false);
  return found;
}

/** Whether a condition is never true where the column is null. */
export function refusesNull(condition: Expr | undefined, source: string, name: string): boolean {
  return conjuncts(condition).some((part) => isNullOf(part, source, name));
}

/** Operators that give null, never true, when an argument is null. */
const STRICT: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'like', 'ilike', '~']);
const STRICT_VALUES: ReadonlySet<string> = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  'neg',
  'lower',
  'upper',
  'length',
  'abs',
  'year',
  'month',
  'date_trunc',
]);

function isNullOf(part: Expr, source: string, name: string): boolean {
  if (part.kind === 'query')
    return part.form === 'in' && part.test !== undefined && passesNull(part.test, source, name);
  if (part.kind !== 'call') return false;
  const [first] = part.args;
  if (STRICT.has(part.name)) return part.args.some((arg) => passesNull(arg, source, name));
  if (part.name === 'between' || part.name === 'in')
    return first !== undefined && passesNull(first, source, name);
  if (part.name === 'or') return part.args.every((arg) => refusesNull(arg, source, name));
  if (part.name === 'is true') return first !== undefined && isNullOf(first, source, name);
  if (part.name !== 'not' || first?.kind !== 'call') return false;
  const [tested] = first.args;
  if (first.name === 'is null')
    return tested?.kind === 'column' && tested.source === source && tested.name === name;
  return (
    ['in', 'like', 'between'].includes(first.name) && tested !== undefined && passesNull(tested, source, name)
  );
}

/** Whether a value is null when the column is. */
function passesNull(value: Expr, source: string, name: string): boolean {
  if (value.kind === 'column') return value.source === source && value.name === name;
  if (value.kind === 'cast') return passesNull(value.arg, source, name);
  return (
    value.kind === 'call' &&
    STRICT_VALUES.has(value.name) &&
    value.args.some((arg) => passesNull(arg, source, name))
  );
}
