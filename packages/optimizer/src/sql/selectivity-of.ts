import type { ColumnStatistics, FilterOperator, Parameter, QueryStatistics } from '@perf/contracts';
import type { Estimate } from '../selectivity.ts';
import { SELECTIVITY_DEFAULTS, comparisonSelectivity } from '../selectivity.ts';
import type { Expr, Literal } from './expr.ts';
import type { Shapes } from './shapes.ts';

const COMPARED: Readonly<Record<string, FilterOperator>> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
  between: 'between',
  in: 'in',
};
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const LEAST = 1e-9;

/** Shares of rows that conditions let pass, by the statistics of the columns they name. */
export class Selectivity {
  readonly #statistics: QueryStatistics;
  readonly #shapes: Shapes;

  constructor(statistics: QueryStatistics, shapes: Shapes) {
    this.#statistics = statistics;
    this.#shapes = shapes;
  }

  /** Share of rows of which the condition is true, above 0 and at most 1. */
  of(condition: Expr): Estimate {
    const { value, isDefault } = this.#of(condition);
    return Number.isFinite(value)
      ? { value: Math.min(1, Math.max(LEAST, value)), isDefault }
      : { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
  }

  /** Distinct values of a column, among `rows` rows; undefined for what is no column of a table. */
  distinct(expr: Expr, rows: number): number {
    const found = this.column(expr)?.distinct;
    return Math.max(
      1,
      Math.min(rows, found !== undefined && found >= 1 ? found : this.#unknownDistinct(expr, rows)),
    );
  }

  column(expr: Expr): ColumnStatistics | undefined {
    if (expr.kind !== 'column') return undefined;
    const origin = this.#shapes.column(expr.source, expr.name)?.origin;
    return origin === undefined
      ? undefined
      : this.#statistics.tables.get(origin.table.name)?.columns.get(origin.column);
  }

  /** A key of its own has as many values as rows. */
  #unknownDistinct(expr: Expr, rows: number): number {
    if (expr.kind !== 'column') return Math.sqrt(rows);
    const { keys } = this.#shapes.source(expr.source);
    return keys.some((key) => key.length === 1 && key[0] === expr.name)
      ? rows
      : SELECTIVITY_DEFAULTS.distinct;
  }

  #of(condition: Expr): Estimate {
    if (condition.kind === 'query') return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
    if (condition.kind === 'literal')
      return { value: condition.text === 'true' ? 1 : LEAST, isDefault: false };
    if (condition.kind !== 'call') return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
    const { name, args } = condition;
    const [first, second] = args;
    if (name === 'and' || name === 'or') return this.#joined(name, args);
    if (name === 'not' && first !== undefined) return this.#not(first);
    if (name === 'is null' && first !== undefined) return this.#compared('isNull', first, []);
    if ((name === 'like' || name === 'ilike') && first !== undefined && second !== undefined)
      return this.#like(first, second);
    if (first === undefined || second === undefined)
      return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
    if (isConstant(first) && !isConstant(second) && args.length === 2)
      return this.#compared(COMPARED[TURNED[name] ?? name], second, [first]);
    if (args.slice(1).every(isConstant)) return this.#compared(COMPARED[name], first, args.slice(1));
    return this.#columns(name, first, second);
  }

  #joined(name: 'and' | 'or', args: readonly Expr[]): Estimate {
    const parts = args.map((arg) => this.of(arg));
    const isDefault = parts.some((part) => part.isDefault);
    const product = parts.reduce((share, { value }) => share * (name === 'and' ? value : 1 - value), 1);
    return { value: name === 'and' ? product : 1 - product, isDefault };
  }

  #not(arg: Expr): Estimate {
    const { value, isDefault } = this.of(arg);
    return { value: 1 - value, isDefault };
  }

  #like(tested: Expr, pattern: Expr): Estimate {
    const text = pattern.kind === 'literal' && pattern.type === 'text' ? pattern.text : undefined;
    if (text === undefined) return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
    const plain = text.replaceAll('%', '');
    const operator = text.startsWith('%') ? (text.endsWith('%') ? 'contains' : 'endsWith') : 'startsWith';
    return this.#compared(operator, tested, [{ kind: 'literal', type: 'text', text: plain }]);
  }

  #compared(operator: FilterOperator | undefined, tested: Expr, values: readonly Expr[]): Estimate {
    if (operator === undefined) return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
    const column = this.column(tested);
    const type = tested.kind === 'column' ? this.#shapes.column(tested.source, tested.name)?.type : undefined;
    const known = values.flatMap((value) => (value.kind === 'literal' ? parameterOf(value) : []));
    const isGroup = operator === 'eq' || operator === 'ne' || operator === 'in';
    if (type === undefined || known.length < values.length || column === undefined)
      return {
        value: shareByDefault(operator, values.length, isGroup ? this.distinct(tested, Infinity) : 1),
        isDefault: true,
      };
    return comparisonSelectivity({ type, operator, values: known, caseSensitive: true }, column);
  }

  #columns(name: string, a: Expr, b: Expr): Estimate {
    if (name === '=' || name === 'is not distinct from')
      return {
        value: 1 / Math.max(this.distinct(a, Infinity), this.distinct(b, Infinity)),
        isDefault: false,
      };
    return { value: name === '<>' ? 0.9 : SELECTIVITY_DEFAULTS.range, isDefault: true };
  }
}

function shareByDefault(operator: FilterOperator, values: number, distinct: number): number {
  if (operator === 'eq') return 1 / distinct;
  if (operator === 'ne') return 1 - 1 / distinct;
  if (operator === 'in') return Math.min(1, values / distinct);
  return operator === 'isNull' ||
    operator === 'contains' ||
    operator === 'startsWith' ||
    operator === 'endsWith'
    ? SELECTIVITY_DEFAULTS.other
    : SELECTIVITY_DEFAULTS.range;
}

/** Whether an expression is the same for every row of the statement. */
export function isConstant(expr: Expr): boolean {
  if (expr.kind === 'literal' || expr.kind === 'parameter') return true;
  if (expr.kind === 'cast') return isConstant(expr.arg);
  return expr.kind === 'call' && expr.args.every(isConstant);
}

function parameterOf({ type, text }: Literal): Parameter[] {
  if (type === 'number') return [Number(text)];
  if (type === 'boolean') return [text === 'true'];
  return type === 'null' || type === 'interval' ? [] : [text];
}
