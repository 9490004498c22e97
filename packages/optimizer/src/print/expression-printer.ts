import type { DataType, OutputColumn, Parameter, ScopedColumn, ScopedTable } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Operand, Predicate } from '../block.ts';
import type { SqlDialect } from './sql-dialect.ts';

type Comparison = Extract<Predicate, { readonly kind: 'compare' }>;

const SIGNS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Longest text for which `fuzzy` allows one edit; longer text allows two. */
const SHORT_TEXT = 5;

/** Prints names, operands and predicates of one statement and collects its parameters in the order of the text. */
export class ExpressionPrinter {
  readonly #dialect: SqlDialect;
  readonly #parameters: Parameter[] = [];

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  bind(value: Parameter, type: DataType): string {
    this.#parameters.push(value);
    return this.#dialect.parameter(this.#parameters.length, type);
  }

  name(name: string): string {
    return this.#dialect.identifier(name);
  }

  table({ alias, table }: ScopedTable): string {
    return `${this.name(table.name)} AS ${this.name(alias)}`;
  }

  column({ alias, column }: ScopedColumn): string {
    return this.#dialect.column(
      `${this.name(alias)}.${this.name(column.name)}`,
      column.type,
      column.engineType,
    );
  }

  output({ aggregate, source, field }: OutputColumn): string {
    const of = source === undefined ? undefined : this.column(source);
    return aggregate === undefined ? (of ?? 'NULL') : this.#dialect.aggregate(aggregate, of, field.type);
  }

  operand(operand: Operand): string {
    return operand.kind === 'column' ? this.column(operand.column) : this.output(operand.output);
  }

  /** Predicates that must all hold. */
  predicates(parts: readonly Predicate[]): string {
    const [only] = parts;
    return parts.length === 1 && only !== undefined
      ? this.predicate(only)
      : this.predicate({ kind: 'and', parts });
  }

  predicate(predicate: Predicate): string {
    switch (predicate.kind) {
      case 'compare':
        return this.#comparison(predicate);
      case 'not':
        return `NOT (${this.predicate(predicate.part)})`;
      case 'and':
        return predicate.parts.length === 0
          ? '1 = 1'
          : predicate.parts.map((part) => this.#nested(part)).join(' AND ');
      case 'or':
        return predicate.parts.length === 0
          ? '1 = 0'
          : predicate.parts.map((part) => this.#nested(part)).join(' OR ');
    }
  }

  #nested(part: Predicate): string {
    const text = this.predicate(part);
    return (part.kind === 'and' || part.kind === 'or') && part.parts.length > 1 ? `(${text})` : text;
  }

  #comparison(comparison: Comparison): string {
    const { operand, operator, values, caseSensitive } = comparison;
    if (this.#dialect.unsupported.has(operator))
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED_OPERATOR',
        `${this.#dialect.name} cannot evaluate ${operator}`,
      );
    const fold = (text: string): string => (caseSensitive ? text : this.#dialect.lower(text));
    const left = fold(this.operand(operand));
    const bind = (index: number): string => fold(this.bind(values[index] ?? null, operand.type));
    const ordered = (text: string): string => this.#dialect.ordered(text, operand.type);
    switch (operator) {
      case 'eq':
      case 'ne':
        return `${left} ${SIGNS[operator]} ${bind(0)}`;
      case 'gt':
      case 'gte':
      case 'lt':
      case 'lte':
        return `${ordered(left)} ${SIGNS[operator]} ${bind(0)}`;
      case 'between':
        return `${ordered(left)} BETWEEN ${bind(0)} AND ${bind(1)}`;
      case 'in':
        return values.length === 0 ? '1 = 0' : `${left} IN (${values.map((_, i) => bind(i)).join(', ')})`;
      case 'notIn':
        return values.length === 0 ? '1 = 1' : `${left} NOT IN (${values.map((_, i) => bind(i)).join(', ')})`;
      case 'isNull':
        return `${left} IS NULL`;
      case 'isNotNull':
        return `${left} IS NOT NULL`;
      case 'notContains':
        return `NOT (${this.#dialect.text('contains', { left, bind, edits: () => '' })})`;
      case 'contains':
      case 'startsWith':
      case 'endsWith':
      case 'regex':
      case 'fuzzy':
        return this.#dialect.text(operator, {
          left,
          bind,
          edits: () => this.bind(editsFor(values[0]), { kind: 'int32' }),
        });
    }
  }
}

function editsFor(value: Parameter | undefined): number {
  return typeof value === 'string' && Array.from(value).length > SHORT_TEXT ? 2 : 1;
}
