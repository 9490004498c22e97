import type { ColumnStatistics, DataType, QueryStatistics, StatisticValue } from '@perf/contracts';
import type { Call, Expr, Literal } from '../sql/expr.ts';
import type { Query } from '../sql/query.ts';
import { Shapes } from '../sql/shapes.ts';
import { mapQuery } from '../sql/site.ts';
import type { SqlName } from '../sql/sql-name.ts';
import { mapExpr } from '../sql/walk.ts';

/** Rows that a LIMIT without a number is taken for. */
const PAGE: Literal = { kind: 'literal', type: 'number', text: '20' };
/** Where in the values of a column a parameter is taken from: a tenth of the rows pass a one-sided range, or one between two. */
const PLACES: Readonly<Record<string, readonly number[]>> = {
  '=': [0.5],
  in: [0.3, 0.5, 0.7],
  '<': [0.1],
  '<=': [0.1],
  '>': [0.9],
  '>=': [0.9],
  between: [0.45, 0.55],
};
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/**
 * The query with values that its columns really hold in place of parameters, so that an engine can plan it. Undefined when one is left, since
 * nothing tells what it may be.
 */
export function withValues(query: Query, statistics: QueryStatistics, dialect: SqlName): Query | undefined {
  const shapes = new Shapes(query, dialect);
  const filled = mapDeep(query, (expr) => (expr.kind === 'call' ? fill(expr, shapes, statistics) : expr));
  const limited = {
    ...filled,
    limit: filled.limit?.kind === 'parameter' ? PAGE : filled.limit,
    offset: filled.offset?.kind === 'parameter' ? undefined : filled.offset,
  };
  return hasParameter(limited) ? undefined : limited;
}

/** Whether a query has a parameter anywhere. */
export function hasParameter(query: Query): boolean {
  let found = false;
  const look = (expr: Expr): Expr => {
    found ||= expr.kind === 'parameter';
    return expr;
  };
  mapDeep(query, look);
  return found;
}

/** The query with each expression replaced, in the queries within it too. */
function mapDeep(query: Query, change: (expr: Expr) => Expr): Query {
  const go = (each: Query): Query => mapDeep(each, change);
  return mapQuery(query, { query: go, expr: (expr) => mapExpr(expr, change, go) });
}

function isParameter({ kind }: Expr): boolean {
  return kind === 'parameter';
}

function fill(call: Call, shapes: Shapes, statistics: QueryStatistics): Call {
  const { name, args } = call;
  const tested = args.find((arg) => arg.kind === 'column');
  if (tested?.kind !== 'column' || !args.some(isParameter)) return call;
  const operator = args[0] === tested ? name : (TURNED[name] ?? name);
  const column = shapes.column(tested.source, tested.name);
  const known =
    column?.origin === undefined
      ? undefined
      : statistics.tables.get(column.origin.table.name)?.columns.get(column.origin.column);
  let nth = 0;
  const filled = args.map((arg) => {
    if (arg.kind !== 'parameter') return arg;
    const places = PLACES[operator] ?? [];
    return valueAt(places[nth++ % Math.max(1, places.length)], column?.type, known) ?? arg;
  });
  return { ...call, args: filled };
}

/** A value of the column about which this share of its values is smaller. */
function valueAt(
  place: number | undefined,
  type: DataType | undefined,
  known: ColumnStatistics | undefined,
): Literal | undefined {
  if (place === undefined || type === undefined || known === undefined) return undefined;
  const { histogram = [], commonValues = [] } = known;
  const common = commonValues.map(({ value }) => value);
  const values = histogram.length > 0 ? histogram : common;
  const value = values[Math.min(values.length - 1, Math.floor(values.length * place))];
  return value === undefined ? undefined : literalOf(value, type);
}

function literalOf(value: StatisticValue, type: DataType): Literal | undefined {
  switch (type.kind) {
    case 'bool':
      return {
        kind: 'literal',
        type: 'boolean',
        text: String(value === true || value === 1 || value === 1n),
      };
    case 'int32':
    case 'int64':
      return {
        kind: 'literal',
        type: 'number',
        text: String(typeof value === 'number' ? Math.round(value) : value),
      };
    case 'float64':
    case 'decimal':
      return { kind: 'literal', type: 'number', text: String(value) };
    case 'utf8':
      return { kind: 'literal', type: 'text', text: String(value) };
    case 'date':
      return { kind: 'literal', type: 'text', text: new Date(Number(value)).toISOString().slice(0, 10) };
    case 'timestamp':
      return {
        kind: 'literal',
        type: 'text',
        text: new Date(Number(value)).toISOString().slice(0, 19).replace('T', ' '),
      };
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}
