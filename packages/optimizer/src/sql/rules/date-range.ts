import type { Expr } from '../expr.ts';
import { allOf, call } from '../expr.ts';
import type { Select } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import type { SqlName } from '../sql-name.ts';
import { dayAlone, dayText, nextPeriod } from './calendar-unit.ts';
import type { CalendarUnit } from './calendar-unit.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/**
 * A function of a date or a time that must equal a constant becomes a half-open range of the column itself, which an index or a partition
 * can answer. Sound for DATE and for times without a zone, and constants that are the beginning of a whole period.
 */
export const dateRange: SqlRule = {
  name: 'date-range',
  engines: {
    postgres: '11.9× with an index on the column',
    sqlite: '4.3×',
    mysql: '5.6×',
    duckdb: '1.2×, by zone maps',
    bigquery: 'not run: a bare partition column is what prunes partitions there',
  },
  margin: 1,
  // MySQL may hold days and months that are 0, which stand before the first of the period.
  alternatives: (query, { shapes, dialect, plainDates }) =>
    dialect === 'mysql' && !plainDates
      ? []
      : eachCondition(query, (condition, select) => ranged(condition, select, shapes, dialect)),
};

interface Period {
  readonly column: Expr & { readonly kind: 'column' };
  readonly from: string;
  readonly unit: CalendarUnit;
}

function ranged(
  condition: Expr,
  select: Select,
  shapes: Shapes,
  dialect: SqlName,
): ChangedCondition | undefined {
  if (condition.kind !== 'call' || condition.name !== '=') return undefined;
  const [a, b] = condition.args;
  if (a === undefined || b === undefined) return undefined;
  const period = periodOf(a, b, dialect) ?? periodOf(b, a, dialect);
  if (period === undefined) return undefined;
  const column = shapes.columnIn(select, period.column.source, period.column.name);
  const kind = column?.type?.kind;
  if (column?.origin === undefined || (kind !== 'date' && kind !== 'timestamp')) return undefined;
  const declared = column.origin.table.columns.find(({ name }) => name === column.origin?.column);
  // A time with a zone is another day in another session.
  if (/zone|timestamptz/i.test(declared?.engineType ?? '')) return undefined;
  const to = nextPeriod(period.from, period.unit);
  if (to === undefined) return undefined;
  const range = allOf([
    call('>=', period.column, dayLiteral(period.from, kind, dialect)),
    call('<', period.column, dayLiteral(to, kind, dialect)),
  ]);
  if (range === undefined) return undefined;
  const name = `${column.origin.table.name}.${column.origin.column}`;
  return {
    condition: range,
    reason: `a function of ${name} that equals a ${period.unit} is a range of ${name}`,
    facts: [`${name} is a ${kind} without a zone`],
  };
}

/**
 * SQLite keeps dates as text, in which the day alone comes before every time of that day. BigQuery takes a plain text for a literal of the
 * column's own type, of which it has two.
 */
function dayLiteral(day: string, kind: 'date' | 'timestamp', dialect: SqlName): Expr {
  if (dialect === 'sqlite') return { kind: 'literal', type: 'text', text: day };
  if (kind === 'date') return { kind: 'literal', type: 'date', text: day };
  return dialect === 'bigquery'
    ? { kind: 'literal', type: 'text', text: `${day} 00:00:00` }
    : { kind: 'literal', type: 'timestamp', text: `${day} 00:00:00` };
}

/** `f(column) = constant` as a period, where it is one. */
function periodOf(tested: Expr, constant: Expr, dialect: SqlName): Period | undefined {
  return (
    truncated(tested, constant) ??
    yearOf(tested, constant, dialect) ??
    dayOf(tested, constant, dialect) ??
    formatted(tested, constant, dialect)
  );
}

const UNITS: Readonly<Record<string, CalendarUnit>> = {
  day: 'day',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
};

/** `date_trunc('month', column)`: of a period's first day. */
function truncated(tested: Expr, constant: Expr): Period | undefined {
  if (tested.kind === 'cast') return tested.to === 'date' ? truncated(tested.arg, constant) : undefined;
  if (tested.kind !== 'call' || tested.name !== 'date_trunc') return undefined;
  const [unit, column] = tested.args;
  const name = unit?.kind === 'literal' ? UNITS[unit.text.toLowerCase()] : undefined;
  const from = dayText(constant);
  if (name === undefined || from === undefined || column?.kind !== 'column') return undefined;
  const isFirst =
    name === 'day' ||
    (from.endsWith('-01') && (name === 'month' || FIRSTS[name]?.has(from.slice(5, 7)) === true));
  return isFirst ? { column, from, unit: name } : undefined;
}

const FIRSTS: Readonly<Partial<Record<CalendarUnit, ReadonlySet<string>>>> = {
  quarter: new Set(['01', '04', '07', '10']),
  year: new Set(['01']),
};

/** `extract(year FROM column)`, `year(column)`, `date_part('year', column)`. */
function yearOf(tested: Expr, constant: Expr, dialect: SqlName): Period | undefined {
  if (tested.kind !== 'call' || constant.kind !== 'literal' || constant.type !== 'number') return undefined;
  const [first, second] = tested.args;
  const isPart =
    tested.name === 'date_part' && first?.kind === 'literal' && first.text.toLowerCase() === 'year';
  const column = isPart
    ? second
    : tested.name === 'extract year' || (tested.name === 'year' && dialect !== 'sqlite')
      ? first
      : undefined;
  if (column?.kind !== 'column' || !/^[1-9]\d{3}$/.test(constant.text)) return undefined;
  return { column, from: `${constant.text}-01-01`, unit: 'year' };
}

/** `cast(column AS date)`, `date(column)`. */
function dayOf(tested: Expr, constant: Expr, dialect: SqlName): Period | undefined {
  const isDate =
    tested.kind === 'cast'
      ? tested.to === 'date' && dialect !== 'sqlite'
      : tested.kind === 'call' && tested.name === 'date';
  const column = tested.kind === 'cast' ? tested.arg : tested.kind === 'call' ? tested.args[0] : undefined;
  const from = dialect === 'sqlite' ? dayAlone(constant) : dayText(constant);
  if (!isDate || column?.kind !== 'column' || from === undefined) return undefined;
  if (tested.kind === 'call' && tested.args.length > 1) return undefined;
  return { column, from, unit: 'day' };
}

/** `strftime('%Y-%m', column)` on SQLite, `date_format(column, '%Y-%m')` on MySQL. */
function formatted(tested: Expr, constant: Expr, dialect: SqlName): Period | undefined {
  if (tested.kind !== 'call' || constant.kind !== 'literal' || constant.type !== 'text') return undefined;
  const [a, b] = tested.args;
  const isText =
    tested.args.length === 2 &&
    ((tested.name === 'strftime' && dialect === 'sqlite') ||
      (tested.name === 'date_format' && dialect === 'mysql'));
  const [format, column] = tested.name === 'strftime' ? [a, b] : [b, a];
  if (!isText || format?.kind !== 'literal' || column?.kind !== 'column') return undefined;
  const { text } = constant;
  if (format.text === '%Y' && /^[1-9]\d{3}$/.test(text))
    return { column, from: `${text}-01-01`, unit: 'year' };
  if (format.text === '%Y-%m' && /^[1-9]\d{3}-(?:0[1-9]|1[0-2])$/.test(text))
    return { column, from: `${text}-01`, unit: 'month' };
  const day = format.text === '%Y-%m-%d' ? dayAlone(constant) : undefined;
  return day === undefined ? undefined : { column, from: day, unit: 'day' };
}
