import { ExprPrinter } from './print-expr.ts';
import { printName } from './print-name.ts';
import type { Leaf, Query, Select, SetOperation, Source } from './query.ts';
import type { SqlName } from './sql-name.ts';

/** A query as text of the dialect. Every output column is named. */
export function printQuery(query: Query, dialect: SqlName): string {
  return new QueryPrinter(dialect).query(query);
}

class QueryPrinter {
  readonly #dialect: SqlName;
  readonly #exprs: ExprPrinter;

  constructor(dialect: SqlName) {
    this.#dialect = dialect;
    this.#exprs = new ExprPrinter(dialect, (inner) => this.query(inner));
  }

  query({ with: ctes, body, order, limit, offset }: Query): string {
    const named = ctes.map(({ name, query, materialized }) => {
      const how = materialized === undefined ? '' : materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED ';
      return `${this.#name(name)} AS ${how}(${this.query(query)})`;
    });
    return [
      ...(named.length === 0 ? [] : [`WITH ${named.join(', ')}`]),
      body.kind === 'select' ? this.#select(body) : this.#set(body),
      ...(order.length === 0 ? [] : [`ORDER BY ${order.map((item) => this.#exprs.order(item)).join(', ')}`]),
      ...(limit === undefined ? [] : [`LIMIT ${this.#exprs.print(limit)}`]),
      ...(offset === undefined ? [] : [this.#offset(this.#exprs.print(offset), limit === undefined)]),
    ].join(' ');
  }

  /** SQLite and MySQL have no OFFSET without LIMIT. */
  #offset(text: string, isAlone: boolean): string {
    if (!isAlone || (this.#dialect !== 'sqlite' && this.#dialect !== 'mysql')) return `OFFSET ${text}`;
    return `LIMIT ${this.#dialect === 'sqlite' ? '-1' : '18446744073709551615'} OFFSET ${text}`;
  }

  #set({ kind, all, left, right }: SetOperation): string {
    // BigQuery has no UNION without a second word.
    const further = all ? ' ALL' : this.#dialect === 'bigquery' ? ' DISTINCT' : '';
    return `${this.#operand(left, kind, true)} ${kind.toUpperCase()}${further} ${this.#operand(right, kind, false)}`;
  }

  /** A plain SELECT stands as it is, and so does a left operand of the same operation; SQLite takes no brackets, but a query in FROM. */
  #operand(query: Query, kind: SetOperation['kind'], isLeft: boolean): string {
    const { body } = query;
    const isPlain =
      query.with.length === 0 &&
      query.order.length === 0 &&
      query.limit === undefined &&
      query.offset === undefined;
    if (isPlain && (body.kind === 'select' || (isLeft && body.kind === kind))) return this.query(query);
    return this.#dialect === 'sqlite' ? `SELECT * FROM (${this.query(query)})` : `(${this.query(query)})`;
  }

  #select({ distinct, output, from, where, group, having }: Select): string {
    const columns = output.map(({ expr, name }) => {
      const text = this.#exprs.print(expr);
      return expr.kind === 'column' && expr.name === name ? text : `${text} AS ${this.#name(name)}`;
    });
    return [
      `SELECT ${distinct ? 'DISTINCT ' : ''}${columns.join(', ')}`,
      ...(from === undefined ? [] : [`FROM ${this.#from(from)}`]),
      ...(where === undefined ? [] : [`WHERE ${this.#exprs.print(where)}`]),
      ...(group.length === 0 ? [] : [`GROUP BY ${this.#exprs.list(group)}`]),
      ...(having === undefined ? [] : [`HAVING ${this.#exprs.print(having)}`]),
    ].join(' ');
  }

  /** Postgres puts what commas part in order whatever its number, and what CROSS JOIN joins up to `join_collapse_limit`. */
  #from(source: Source): string {
    const isList = source.kind === 'join' && source.type === 'inner' && source.on === undefined;
    if (this.#dialect !== 'postgres' || !isList) return this.#source(source);
    return `${this.#from(source.left)}, ${this.#source(source.right)}`;
  }

  #source(source: Source): string {
    if (source.kind !== 'join') return this.#leaf(source);
    const { type, left, right, on } = source;
    const other = right.kind === 'join' ? `(${this.#source(right)})` : this.#leaf(right);
    const isLoose = type === 'inner' && on === undefined;
    // SQLite keeps the order of what CROSS JOIN joins; Postgres and DuckDB want a condition behind JOIN.
    const isPlain = this.#dialect === 'sqlite' || this.#dialect === 'mysql';
    const word =
      isLoose && !isPlain ? 'CROSS JOIN' : type === 'inner' ? 'JOIN' : `${type.toUpperCase()} JOIN`;
    return `${this.#source(left)} ${word} ${other}${on === undefined ? '' : ` ON ${this.#exprs.print(on)}`}`;
  }

  #leaf(leaf: Leaf): string {
    const as = (name: string): string =>
      name === leaf.alias ? this.#name(name) : `${this.#name(name)} AS ${this.#name(leaf.alias)}`;
    switch (leaf.kind) {
      case 'table':
        return as(leaf.table.name);
      case 'cte':
        return as(leaf.name);
      case 'derived':
        return `${leaf.lateral ? 'LATERAL ' : ''}(${this.query(leaf.query)}) AS ${this.#name(leaf.alias)}`;
    }
  }

  #name(name: string): string {
    return printName(name, this.#dialect);
  }
}
