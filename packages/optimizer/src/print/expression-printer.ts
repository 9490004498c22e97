import type {
  Aggregate,
  DataType,
  FilterOperator,
  OutputColumn,
  Parameter,
  ScopedColumn,
  ScopedTable,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Operand, Predicate } from '../block.ts';
import { chained } from './chain.ts';
import type { SqlDialect } from './sql-dialect.ts';

type Comparison = Extract<Predicate, { readonly kind: 'compare' }>;

const SIGNS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Longest text for which `fuzzy` allows one edit; longer text allows two. */
const SHORT_TEXT = 5;

/** Prints names, operands and predicates of one statement and collects its parameters in the order of the text. */
export class ExpressionPrinter {
  readonly #dialect: SqlDialect;
  readonly #parameters: Parameter[] = [];
  #inHaving = false;

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  bind(value: Parameter, type: DataType): string {
    return this.#bind(value, { type });
  }

  #bind(
    value: Parameter,
    to: {
      readonly type: DataType;
      readonly operator?: FilterOperator;
      readonly engineType?: string | undefined;
    },
  ): string {
    this.#parameters.push(this.#dialect.value(value, to.type, to.operator));
    return this.#dialect.parameter(this.#parameters.length, to.type, to.engineType);
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

  /** A column where equal values count as one: see `SqlDialect.key`. */
  key(scoped: ScopedColumn): string {
    return this.#dialect.key(this.column(scoped), scoped.column.type, scoped.column.engineType);
  }

  /** A column of the answer; `merged` when the rows of the answer stand for several. */
  output({ aggregate, source, field }: OutputColumn, merged: boolean): string {
    if (source === undefined)
      return aggregate === undefined ? 'NULL' : this.#aggregate(aggregate, field.type);
    if (aggregate === undefined) return merged ? this.key(source) : this.column(source);
    const compares = aggregate === 'min' || aggregate === 'max' || aggregate === 'countDistinct';
    return this.#aggregate(aggregate, field.type, compares ? this.key(source) : this.column(source));
  }

  #aggregate(aggregate: Aggregate, type: DataType, of?: string): string {
    return this.#dialect.aggregate(aggregate, of, type);
  }

  operand(operand: Operand): string {
    return operand.kind === 'column' ? this.key(operand.column) : this.output(operand.output, true);
  }

  /** Predicates on groups that must all hold. */
  having(parts: readonly Predicate[]): string {
    this.#inHaving = true;
    const text = this.predicates(parts);
    this.#inHaving = false;
    return text;
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
          : chained(
              predicate.parts.map((part) => this.#nested(part)),
              'AND',
            );
      case 'or':
        return predicate.parts.length === 0
          ? '1 = 0'
          : chained(
              predicate.parts.map((part) => this.#nested(part)),
              'OR',
            );
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
    const dialect = this.#dialect;
    const { type } = operand;
    const { shown, engineType } = this.#shown(operand);
    const fold = (text: string): string => (caseSensitive ? text : dialect.lower(text));
    const bind = (index: number): string =>
      fold(this.#bind(values[index] ?? null, { type, operator, engineType }));
    const isKey = operand.kind === 'aggregate' && caseSensitive;
    const key = isKey ? shown : dialect.key(fold(shown), type, engineType);
    /** The comparison, behind a condition that finds its rows by an index where the key hides them from it. */
    const narrowed = (text: string, bound: readonly string[]): string => {
      const first =
        operand.kind === 'column'
          ? dialect.narrowed?.(operator, { column: shown, type, engineType, values: bound })
          : undefined;
      return first === undefined ? text : `(${first} AND ${text})`;
    };
    switch (operator) {
      case 'eq':
      case 'ne': {
        const value = bind(0);
        return narrowed(`${key} ${SIGNS[operator]} ${value}`, [value]);
      }
      case 'gt':
      case 'gte':
      case 'lt':
      case 'lte': {
        const value = bind(0);
        return narrowed(`${dialect.ordered(key, type)} ${SIGNS[operator]} ${value}`, [value]);
      }
      case 'between': {
        const [low, high] = [bind(0), bind(1)];
        return narrowed(`${dialect.ordered(key, type)} BETWEEN ${low} AND ${high}`, [low, high]);
      }
      case 'in': {
        if (values.length === 0) return '1 = 0';
        const list = values.map((_, i) => bind(i));
        return narrowed(`${key} IN (${list.join(', ')})`, list);
      }
      case 'notIn':
        return values.length === 0 ? '1 = 1' : `${key} NOT IN (${values.map((_, i) => bind(i)).join(', ')})`;
      case 'isNull':
        return `${shown} IS NULL`;
      case 'isNotNull':
        return `${shown} IS NOT NULL`;
      case 'notContains':
        return `NOT (${dialect.text('contains', { left: fold(shown), bind, edits: () => '' })})`;
      case 'contains':
      case 'startsWith':
      case 'endsWith':
      case 'regex':
      case 'fuzzy':
        return dialect.text(operator, {
          left: fold(shown),
          bind,
          edits: () => this.bind(editsFor(values[0]), { kind: 'int32' }),
        });
    }
  }

  /** An operand as it stands, and the engine's type of what it compares. */
  #shown(operand: Operand): { readonly shown: string; readonly engineType: string | undefined } {
    if (operand.kind === 'column') {
      const text = this.column(operand.column);
      const ofGroup = this.#inHaving ? this.#dialect.ofGroup?.(text, operand.type) : undefined;
      return { shown: ofGroup ?? text, engineType: operand.column.column.engineType };
    }
    const { aggregate, source } = operand.output;
    const sameType = aggregate === 'min' || aggregate === 'max';
    return {
      shown: this.output(operand.output, true),
      engineType: sameType ? source?.column.engineType : undefined,
    };
  }
}

function editsFor(value: Parameter | undefined): number {
  return typeof value === 'string' && Array.from(value).length > SHORT_TEXT ? 2 : 1;
}
