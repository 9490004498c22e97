import type { DataType, Parameter, StatisticValue } from '@perf/contracts';
import { statisticValue } from '@perf/contracts';
import type { Call, Expr, Literal } from '../sql/expr.ts';
import { matchesLike } from './like.ts';
import type { Pool } from './sample-index.ts';

/** What a condition says of a row: null is unknown. */
type Truth = boolean | null;
type TruthOf = (row: number) => Truth;
type Value = number | string | null;
type ValueOf = (row: number) => Value;

/** A table whose kept rows a condition is asked about. */
export interface AskedTable {
  readonly alias: string;
  readonly pool: Pool;
  readonly typeOf: (column: string) => DataType | undefined;
}

/** The test of kept rows that a condition is; undefined when it cannot be told from what was kept. */
export function rowCondition(condition: Expr, table: AskedTable): ((row: number) => boolean) | undefined {
  const truth = truthOf(condition, table);
  return truth === undefined ? undefined : (row) => truth(row) === true;
}

function truthOf(condition: Expr, table: AskedTable): TruthOf | undefined {
  if (condition.kind === 'literal') {
    const always = condition.type === 'boolean' ? condition.text === 'true' : undefined;
    return always === undefined ? undefined : () => always;
  }
  if (condition.kind === 'column') {
    const value = valueOf(condition, table);
    return value === undefined ? undefined : (row) => mapped(value(row), (one) => one === 1);
  }
  return condition.kind === 'call' ? callTruth(condition, table) : undefined;
}

function callTruth(condition: Call, table: AskedTable): TruthOf | undefined {
  const { name, args } = condition;
  const [first, ...others] = args;
  if (first === undefined) return undefined;
  switch (name) {
    case 'and':
    case 'or': {
      const parts = all(args.map((arg) => truthOf(arg, table)));
      return parts === undefined ? undefined : joined(parts, name === 'or');
    }
    case 'not': {
      const part = truthOf(first, table);
      return part === undefined ? undefined : (row) => mapped(part(row), (truth) => !truth);
    }
    case 'is true':
    case 'is false': {
      const part = truthOf(first, table);
      return part === undefined ? undefined : (row) => part(row) === (name === 'is true');
    }
    case 'is null': {
      const value = valueOf(first, table);
      return value === undefined ? undefined : (row) => value(row) === null;
    }
    case 'in': {
      const parts = all(others.map((other) => compared('=', first, other, table)));
      return parts === undefined ? undefined : joined(parts, true);
    }
    case 'between': {
      const [low, high] = others;
      if (low === undefined || high === undefined) return undefined;
      const parts = all([compared('>=', first, low, table), compared('<=', first, high, table)]);
      return parts === undefined ? undefined : joined(parts, false);
    }
    case 'like':
    case 'ilike':
      return likeTruth(condition, table);
    default:
      return others[0] === undefined ? undefined : compared(name, first, others[0], table);
  }
}

/** AND, or OR: a part that decides ends it, otherwise a part that is unknown makes it unknown. */
function joined(parts: readonly TruthOf[], decides: boolean): TruthOf {
  return (row) => {
    let result: Truth = !decides;
    for (const part of parts) {
      const truth = part(row);
      if (truth === decides) return decides;
      if (truth === null) result = null;
    }
    return result;
  };
}

const COMPARISONS: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function compared(name: string, a: Expr, b: Expr, table: AskedTable): TruthOf | undefined {
  const type = typeIn(a, table) ?? typeIn(b, table);
  const [left, right] = [valueOf(a, table, type), valueOf(b, table, type)];
  if (left === undefined || right === undefined) return undefined;
  if (name === 'is distinct from') return (row) => left(row) !== right(row);
  if (name === 'is not distinct from') return (row) => left(row) === right(row);
  const test = COMPARISONS[name];
  if (test === undefined) return undefined;
  return (row) => {
    const [one, other] = [left(row), right(row)];
    return one === null || other === null ? null : test(one, other);
  };
}

function likeTruth({ name, args }: Call, table: AskedTable): TruthOf | undefined {
  const [tested, pattern, escape] = args;
  if (tested === undefined || pattern?.kind !== 'literal' || escape !== undefined) return undefined;
  const value = valueOf(tested, table);
  if (value === undefined) return undefined;
  const fold = name === 'ilike';
  const wanted = fold ? pattern.text.toLowerCase() : pattern.text;
  return (row) =>
    mapped(value(row), (text) => matchesLike(fold ? String(text).toLowerCase() : String(text), wanted));
}

/** The type of the column that an expression is; it says how a literal beside it is read. */
function typeIn(expr: Expr, table: AskedTable): DataType | undefined {
  return expr.kind === 'column' && expr.source === table.alias ? table.typeOf(expr.name) : undefined;
}

function valueOf(expr: Expr, table: AskedTable, type?: DataType): ValueOf | undefined {
  switch (expr.kind) {
    case 'column':
      // A column of a query around is not known here.
      return expr.source === table.alias ? columnValue(expr.name, table) : undefined;
    case 'literal': {
      const value = literalValue(expr, type);
      return value === undefined ? undefined : () => value;
    }
    case 'cast':
      return expr.arg.kind === 'literal' ? valueOf(expr.arg, table, type) : undefined;
    case 'call':
      return callValue(expr, table, type);
    case 'parameter':
    case 'aggregate':
    case 'window':
    case 'case':
    case 'query':
    case 'output':
      return undefined;
  }
}

function columnValue(name: string, { pool }: AskedTable): ValueOf | undefined {
  const column = pool.columns.get(name);
  if (column === undefined) return undefined;
  const { values, texts } = column;
  if (texts === undefined)
    return (row) => {
      const value = values[row] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    };
  return (row) => texts[values[row] ?? -1] ?? null;
}

/** A value as kept rows hold it; undefined where it is not known how to read it. */
function literalValue({ type: kind, text }: Literal, type: DataType | undefined): Value | undefined {
  if (kind === 'null') return null;
  if (kind === 'interval') return undefined;
  const given: Parameter = kind === 'number' ? Number(text) : kind === 'boolean' ? text === 'true' : text;
  const value = type === undefined ? given : readAs(type, given);
  if (typeof value === 'string' || value === undefined) return value;
  return Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function readAs(type: DataType, given: Parameter): StatisticValue | undefined {
  if (type.kind === 'timestamp' && typeof given === 'string' && given.length === 10)
    return statisticValue({ kind: 'date' }, given);
  if (type.kind === 'date' && typeof given === 'string') return statisticValue(type, given.slice(0, 10));
  // SQL reads a number in quotes as the column is.
  if (type.kind !== 'utf8' && type.kind !== 'timestamp' && typeof given === 'string' && given.trim() !== '')
    return Number(given);
  return statisticValue(type, given);
}

const NUMBERS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
};

function callValue({ name, args }: Call, table: AskedTable, type: DataType | undefined): ValueOf | undefined {
  const values = all(args.map((arg) => valueOf(arg, table, type)));
  const [first, second] = values ?? [];
  if (values === undefined || first === undefined) return undefined;
  if (name === 'coalesce' || name === 'ifnull')
    return (row) => values.reduce<Value>((found, value) => found ?? value(row), null);
  if (name === 'lower') return (row) => mapped(first(row), (text) => String(text).toLowerCase());
  if (name === 'upper') return (row) => mapped(first(row), (text) => String(text).toUpperCase());
  if (name === 'neg') return (row) => mapped(first(row), (value) => -Number(value));
  const count = NUMBERS[name];
  // Days and instants are counted in ms here, which no sum with a number means.
  const isPlain = args.every((arg) => !DATED.has(typeIn(arg, table)?.kind ?? 'float64'));
  if (count === undefined || second === undefined || !isPlain) return undefined;
  return (row) => {
    const [a, b] = [first(row), second(row)];
    return a === null || b === null ? null : count(Number(a), Number(b));
  };
}

const DATED: ReadonlySet<DataType['kind']> = new Set(['date', 'timestamp', 'utf8']);

function mapped<V extends number | string | boolean, T>(value: V | null, change: (value: V) => T): T | null {
  return value === null ? null : change(value);
}

function all<T>(parts: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = parts.flatMap((part) => (part === undefined ? [] : [part]));
  return known.length === parts.length ? known : undefined;
}
