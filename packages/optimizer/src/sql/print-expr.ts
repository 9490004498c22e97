import type { Expr, Literal, OrderItem } from './expr.ts';
import type { Query } from './query.ts';
import { printName } from './print-name.ts';
import type { SqlName } from './sql-name.ts';

/** How tightly what an expression is made of belongs together; a looser part stands in brackets. */
const RANKS: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  not: 3,
  '=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '~': 4,
  like: 4,
  ilike: 4,
  between: 4,
  in: 4,
  'is null': 4,
  'is true': 4,
  'is false': 4,
  'is distinct from': 4,
  'is not distinct from': 4,
  '||': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
  neg: 8,
};
const TIGHTEST = 9;
const TEST = 4;
const SUM = 5;

/** Prints expressions in one dialect. */
export class ExprPrinter {
  readonly #dialect: SqlName;
  readonly #query: (query: Query) => string;

  /** @param query prints a query within an expression */
  constructor(dialect: SqlName, query: (query: Query) => string) {
    this.#dialect = dialect;
    this.#query = query;
  }

  /** @param least how tightly the place binds; a looser expression gets brackets */
  print(expr: Expr, least = 0): string {
    const rank = rankOf(expr);
    const text = this.#text(expr);
    return rank < least ? `(${text})` : text;
  }

  order({ expr, descending, nullsFirst }: OrderItem): string {
    const key = `${this.print(expr)}${descending ? ' DESC' : ''}`;
    return nullsFirst === undefined ? key : `${key} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
  }

  list(exprs: readonly Expr[]): string {
    return exprs.map((expr) => this.print(expr)).join(', ');
  }

  #text(expr: Expr): string {
    switch (expr.kind) {
      case 'column':
        return `${this.#name(expr.source)}.${this.#name(expr.name)}`;
      case 'literal':
        return this.#literal(expr);
      case 'parameter':
        return expr.text;
      case 'output':
        return String(expr.index + 1);
      case 'cast':
        return `CAST(${this.print(expr.arg)} AS ${expr.to.toUpperCase()})`;
      case 'case':
        return [
          'CASE',
          ...expr.whens.map(({ when, result }) => `WHEN ${this.print(when)} THEN ${this.print(result)}`),
          ...(expr.otherwise === undefined ? [] : [`ELSE ${this.print(expr.otherwise)}`]),
          'END',
        ].join(' ');
      case 'aggregate': {
        const args = expr.args.length === 0 && expr.name === 'count' ? '*' : this.list(expr.args);
        const filter = expr.filter === undefined ? '' : ` FILTER (WHERE ${this.print(expr.filter)})`;
        return `${expr.name}(${expr.distinct ? 'DISTINCT ' : ''}${args})${filter}`;
      }
      case 'window': {
        const args = expr.args.length === 0 && expr.name === 'count' ? '*' : this.list(expr.args);
        const parts = [
          expr.partition.length === 0 ? '' : `PARTITION BY ${this.list(expr.partition)}`,
          expr.order.length === 0 ? '' : `ORDER BY ${expr.order.map((item) => this.order(item)).join(', ')}`,
          expr.frame?.toUpperCase() ?? '',
        ];
        return `${expr.name}(${args}) OVER (${parts.filter((part) => part !== '').join(' ')})`;
      }
      case 'query':
        return this.#inner(expr.form, expr.test, expr.query, '');
      case 'call':
        return this.#call(expr.name, expr.args);
    }
  }

  #inner(form: 'scalar' | 'exists' | 'in', test: Expr | undefined, query: Query, not: string): string {
    const text = `(${this.#query(query)})`;
    if (form === 'exists') return `${not}EXISTS ${text}`;
    return test === undefined ? text : `${this.print(test, SUM)} ${not}IN ${text}`;
  }

  #call(name: string, args: readonly Expr[]): string {
    const [a, b] = args;
    if (a === undefined) return BARE.has(name) ? name.toUpperCase() : `${name}()`;
    const rank = RANKS[name];
    if (name === 'and' || name === 'or')
      return args.map((arg) => this.print(arg, (rank ?? 0) + 1)).join(` ${name.toUpperCase()} `);
    if (name === 'not') return this.#not(a);
    if (name === 'neg') return `- ${this.print(a, TIGHTEST)}`;
    if (name === 'row') return `(${this.list(args)})`;
    if (name === 'is null' || name === 'is true' || name === 'is false')
      return `${this.print(a, SUM)} ${name.toUpperCase()}`;
    if (name.startsWith('extract ')) return `EXTRACT(${name.slice(8)} FROM ${this.print(a)})`;
    // There the unit comes last, as a bare word.
    if (name === 'date_trunc' && this.#dialect === 'bigquery' && a.kind === 'literal' && b !== undefined)
      return `DATE_TRUNC(${this.print(b)}, ${a.text.toUpperCase()})`;
    if (rank === TEST) return this.#test(name, args, '');
    // SQLite binds it tighter than products, Postgres looser than sums.
    if (name === '||' && b !== undefined) return `${this.print(a, TIGHTEST)} || ${this.print(b, TIGHTEST)}`;
    if (rank === undefined || b === undefined) return `${name}(${this.list(args)})`;
    return `${this.print(a, rank)} ${name} ${this.print(b, rank + 1)}`;
  }

  #not(arg: Expr): string {
    if (arg.kind === 'query' && arg.form !== 'scalar')
      return this.#inner(arg.form, arg.test, arg.query, 'NOT ');
    if (arg.kind === 'call') {
      const [tested] = arg.args;
      if (arg.name === 'is null' && tested !== undefined) return `${this.print(tested, SUM)} IS NOT NULL`;
      if (['in', 'like', 'ilike', 'between'].includes(arg.name))
        return this.#test(arg.name, arg.args, 'NOT ');
    }
    return `NOT ${this.print(arg, TEST + 1)}`;
  }

  #test(name: string, [left, ...rest]: readonly Expr[], not: string): string {
    const [right, third] = rest;
    if (left === undefined || right === undefined) return 'NULL';
    const tested = this.print(left, SUM);
    switch (name) {
      case 'in':
        return `${tested} ${not}IN (${this.list(rest)})`;
      case 'between':
        return `${tested} ${not}BETWEEN ${this.print(right, SUM)} AND ${third === undefined ? 'NULL' : this.print(third, SUM)}`;
      case 'like':
      case 'ilike':
        return `${tested} ${not}${name.toUpperCase()} ${this.print(right, SUM)}${third === undefined ? '' : ` ESCAPE ${this.print(third, SUM)}`}`;
      case 'is distinct from':
      case 'is not distinct from':
        return this.#distinct(name, tested, this.print(right, SUM));
      default:
        return `${tested} ${name} ${this.print(right, SUM)}`;
    }
  }

  #distinct(name: string, left: string, right: string): string {
    const same = name === 'is not distinct from';
    if (this.#dialect === 'sqlite') return `${left} ${same ? 'IS' : 'IS NOT'} ${right}`;
    if (this.#dialect === 'mysql') return same ? `${left} <=> ${right}` : `NOT (${left} <=> ${right})`;
    return `${left} ${name.toUpperCase()} ${right}`;
  }

  #literal({ type, text }: Literal): string {
    switch (type) {
      case 'number':
        return text;
      case 'boolean':
      case 'null':
        return text.toUpperCase();
      case 'text':
        return quoted(text, this.#dialect);
      case 'date':
      case 'timestamp':
        return `${type.toUpperCase()} ${quoted(text, this.#dialect)}`;
      case 'interval':
        return `INTERVAL ${text}`;
    }
  }

  #name(name: string): string {
    return printName(name, this.#dialect);
  }
}

const BARE: ReadonlySet<string> = new Set(['current_date', 'current_timestamp', 'localtimestamp']);

function rankOf(expr: Expr): number {
  if (expr.kind === 'literal')
    return expr.type === 'number' && expr.text.startsWith('-') ? (RANKS['neg'] ?? 0) : TIGHTEST;
  if (expr.kind === 'query') return expr.form === 'in' ? TEST : TIGHTEST;
  if (expr.kind !== 'call') return TIGHTEST;
  return expr.name.startsWith('extract ') ? TIGHTEST : (RANKS[expr.name] ?? TIGHTEST);
}

/** A text between quotes, which BigQuery does not double. None holds a backslash: such statements are not read. */
function quoted(text: string, dialect: SqlName): string {
  if (dialect !== 'bigquery' || !text.includes("'")) return `'${text.replaceAll("'", "''")}'`;
  return `"${text.replaceAll('"', String.raw`\"`)}"`;
}
