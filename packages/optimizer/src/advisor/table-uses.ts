import type { IndexColumn } from '@perf/contracts';
import type { Expr, OrderItem } from '../sql/expr.ts';
import { conjuncts, disjuncts } from '../sql/expr.ts';
import type { Query, Select, Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { isConstant } from '../sql/selectivity-of.ts';
import { columnsIn, expressionsOf, partsOf } from '../sql/walk.ts';

/** What one SELECT does with the columns of one of its tables. */
export interface TableUse {
  readonly table: string;
  /** Compared with constants by `=`, IN or IS NULL. */
  readonly equal: Set<string>;
  /** Equal to columns of other sources, or of another query. */
  readonly joined: Set<string>;
  /** Compared with constants by `<`, BETWEEN or a LIKE that begins with letters. */
  readonly ranged: Set<string>;
  /** Orders that an index can give, as far as they stand on this table. */
  readonly orders: (readonly IndexColumn[])[];
  readonly groups: (readonly string[])[];
  /** Rows without a value are refused. */
  readonly present: Set<string>;
  /** Must be true. */
  readonly flags: Set<string>;
  /** All columns that are named anywhere. */
  readonly mentioned: Set<string>;
}

const RANGES: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', 'between']);

/** What a statement does with its tables: one entry for each time that a table is read. */
export function tableUses(query: Query): readonly TableUse[] {
  const uses = new Map<string, TableUse>();
  new Reader(uses).query(query);
  return [...uses.values()];
}

class Reader {
  readonly #uses: Map<string, TableUse>;

  /** @param uses by the alias, which no two sources of a statement share */
  constructor(uses: Map<string, TableUse>) {
    this.#uses = uses;
  }

  query({ with: ctes, body, order }: Query): void {
    for (const cte of ctes) this.query(cte.query);
    if (body.kind !== 'select') {
      this.query(body.left);
      this.query(body.right);
      return;
    }
    this.#select(body, order);
  }

  #select(select: Select, order: readonly OrderItem[]): void {
    const leaves = leavesOf(select.from);
    for (const leaf of leaves) {
      if (leaf.kind === 'table') this.#uses.set(leaf.alias, emptyUse(leaf.table.name));
      if (leaf.kind === 'derived') this.query(leaf.query);
    }
    const expressions = [...expressionsOf(select), ...order.map(({ expr }) => expr)];
    for (const expr of expressions) this.#inner(expr);
    for (const { source, name } of expressions.flatMap(columnsIn))
      this.#uses.get(source)?.mentioned.add(name);
    for (const condition of [select.where, ...onConditions(select.from)])
      for (const part of conjuncts(condition)) this.#condition(part);
    this.#order(order.map((item) => ({ ...item, expr: shown(item.expr, select) })));
    this.#group(select.distinct && select.group.length === 0 ? select.output.map(({ expr }) => expr) : []);
    this.#group(select.group);
  }

  /** Queries within expressions; windows and the least or greatest value want an order. */
  #inner(expr: Expr): void {
    if (expr.kind === 'query') {
      this.query(expr.query);
      this.#semijoin(expr.query, expr.form);
    }
    if (expr.kind === 'window') {
      const partition = expr.partition.map((part) => ({
        expr: part,
        descending: false,
        nullsFirst: undefined,
      }));
      this.#order([...partition, ...expr.order]);
    }
    if (expr.kind === 'aggregate' && (expr.name === 'min' || expr.name === 'max'))
      this.#order(
        expr.args.map((arg) => ({ expr: arg, descending: expr.name === 'max', nullsFirst: undefined })),
      );
    for (const part of partsOf(expr)) this.#inner(part);
  }

  /** What IN compares is joined. */
  #semijoin({ body }: Query, form: 'scalar' | 'exists' | 'in'): void {
    const [output] = body.kind === 'select' ? body.output : [];
    if (form === 'in' && output?.expr.kind === 'column')
      this.#uses.get(output.expr.source)?.joined.add(output.expr.name);
  }

  #condition(part: Expr, isAlternative = false): void {
    if (part.kind === 'column' && !isAlternative) this.#of(part)?.flags.add(part.name);
    if (part.kind === 'query' && part.form === 'in' && part.test !== undefined)
      this.#add(part.test, 'joined');
    if (part.kind !== 'call') return;
    const { name, args } = part;
    const [first, second] = args;
    if (name === 'and' || name === 'or') {
      for (const each of name === 'or' ? disjuncts(part) : args)
        for (const inner of conjuncts(each)) this.#condition(inner, true);
      return;
    }
    if (first === undefined) return;
    if (name === 'not') this.#negated(first, isAlternative);
    else if (name === 'is null') this.#add(first, 'equal');
    else if (name === 'is true' && !isAlternative) this.#condition(first);
    else if (name === 'in' && args.slice(1).every(isConstant)) this.#add(first, 'equal');
    else if (RANGES.has(name)) this.#range(args);
    else if (name === 'like' && second?.kind === 'literal' && !/^[%_]/.test(second.text))
      this.#add(first, 'ranged');
    else if (name === '=' && second !== undefined) {
      if (isTrue(second) && !isAlternative) this.#condition(first);
      this.#equality(first, second);
      this.#equality(second, first);
    }
  }

  #negated(inner: Expr, isAlternative: boolean): void {
    if (inner.kind === 'column') this.#add(inner, 'equal');
    const [tested] = inner.kind === 'call' && inner.name === 'is null' ? inner.args : [];
    if (tested?.kind === 'column' && !isAlternative) this.#of(tested)?.present.add(tested.name);
  }

  #equality(one: Expr, other: Expr): void {
    if (one.kind !== 'column') return;
    if (isConstant(other)) this.#add(one, 'equal');
    else if (!columnsIn(other).some(({ source }) => source === one.source)) this.#add(one, 'joined');
  }

  #range(args: readonly Expr[]): void {
    for (const arg of args)
      if (arg.kind === 'column' && args.some((other) => other !== arg && !isSameSource(other, arg)))
        this.#add(arg, 'ranged');
  }

  #order(items: readonly OrderItem[]): void {
    const [first] = items;
    if (first?.expr.kind !== 'column') return;
    const { source } = first.expr;
    const columns: IndexColumn[] = [];
    for (const { expr, descending } of items) {
      if (expr.kind !== 'column' || expr.source !== source) break;
      columns.push(descending ? { name: expr.name, direction: 'desc' } : { name: expr.name });
    }
    this.#uses.get(source)?.orders.push(columns);
  }

  #group(exprs: readonly Expr[]): void {
    for (const [alias, use] of this.#uses) {
      const names = exprs.flatMap((expr) =>
        expr.kind === 'column' && expr.source === alias ? [expr.name] : [],
      );
      if (names.length > 0) use.groups.push(names);
    }
  }

  #add(expr: Expr, role: 'equal' | 'joined' | 'ranged'): void {
    if (expr.kind === 'column') this.#of(expr)?.[role].add(expr.name);
  }

  #of({ source }: { readonly source: string }): TableUse | undefined {
    return this.#uses.get(source);
  }
}

function emptyUse(table: string): TableUse {
  return {
    table,
    equal: new Set(),
    joined: new Set(),
    ranged: new Set(),
    orders: [],
    groups: [],
    present: new Set(),
    flags: new Set(),
    mentioned: new Set(),
  };
}

function shown(expr: Expr, { output }: Select): Expr {
  return expr.kind === 'output' ? (output[expr.index]?.expr ?? expr) : expr;
}

function isTrue(expr: Expr): boolean {
  return expr.kind === 'literal' && (expr.text === 'true' || (expr.type === 'number' && expr.text === '1'));
}

function isSameSource(expr: Expr, { source }: { readonly source: string }): boolean {
  return columnsIn(expr).some((column) => column.source === source);
}

function onConditions(source: Source | undefined): readonly (Expr | undefined)[] {
  if (source?.kind !== 'join') return [];
  return [...onConditions(source.left), ...onConditions(source.right), source.on];
}
