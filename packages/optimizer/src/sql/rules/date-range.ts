import type { Call, Expr } from '../expr.ts';
import { allOf, call } from '../expr.ts';
import type { Select } from '../query.ts';
import { isConstant } from '../selectivity-of.ts';
import type { SqlName } from '../sql-name.ts';
import { dayAlone, dayText, nextPeriod } from './calendar-unit.ts';
import type { CalendarUnit } from './calendar-unit.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { RuleContext, SqlRule } from './sql-rule.ts';

/**
 * A function of a date or a time that is compared with a constant becomes a half-open range of the column itself, which an index or a
 * partition can answer. Sound for DATE and for times without a zone, and constants that are the beginning of a whole period: the functions
 * keep the order of what they are given.
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
  alternatives: (query, context) =>
    context.dialect === 'mysql' && !context.plainDates
      ? []
      : eachCondition(query, (condition, select) => ranged(condition, select, context)),
};

interface Period {
  readonly column: Expr & { readonly kind: 'column' };
  readonly from: string;
  readonly unit: CalendarUnit;
}

function ranged(condition: Expr, select: Select, context: RuleContext): ChangedCondition | undefined {
  if (condition.kind !== 'call') return undefined;
  const { shapes, dialect } = context;
  const comparisons = comparisonsOf(condition);
  const found = comparisons.map(({ name, tested, constant }) => ({
    name,
    period: periodOf(tested, constant, context),
  }));
  const [first] = found;
  if (first?.period === undefined) return undefined;
  const { source, name: called } = first.period.column;
  const column = shapes.columnIn(select, source, called);
  const kind = column?.type?.kind;
  if (column?.origin === undefined || (kind !== 'date' && kind !== 'timestamp')) return undefined;
  const declared = column.origin.table.columns.find(({ name }) => name === column.origin?.column);
  // A time with a zone is another day in another session.
  if (/zone|timestamptz/i.test(declared?.engineType ?? '')) return undefined;
  const ends = found.map(({ name, period }) =>
    period === undefined ? undefined : endsOf(name, period, (day) => dayLiteral(day, kind, dialect)),
  );
  const range = ends.every((each) => each !== undefined) ? allOf(ends.flat()) : undefined;
  if (range === undefined) return undefined;
  const name = `${column.origin.table.name}.${column.origin.column}`;
  return {
    condition: range,
    reason: `a function of ${name} that is compared with a ${first.period.unit} is a range of ${name}`,
    facts: [`${name} is a ${kind} without a zone`],
  };
}

interface Comparison {
  readonly name: string;
  readonly tested: Expr;
  readonly constant: Expr;
}

const TURNED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** What is compared with what, the constant to the right; BETWEEN is two comparisons. */
function comparisonsOf({ name, args }: Call): readonly Comparison[] {
  const [a, b, c] = args;
  if (a === undefined || b === undefined) return [];
  if (name === 'between')
    return c === undefined
      ? []
      : [
          { name: '>=', tested: a, constant: b },
          { name: '<=', tested: a, constant: c },
        ];
  const turned = TURNED[name];
  if (turned === undefined) return [];
  return isConstant(a) ? [{ name: turned, tested: b, constant: a }] : [{ name, tested: a, constant: b }];
}

/** The comparison of a period as conditions on the column; undefined past the year 9999. */
function endsOf(
  name: string,
  { column, from, unit }: Period,
  literal: (day: string) => Expr,
): readonly Expr[] | undefined {
  const next = nextPeriod(from, unit);
  if (next === undefined) return undefined;
  switch (name) {
    case '<':
      return [call('<', column, literal(from))];
    case '<=':
      return [call('<', column, literal(next))];
    case '>':
      return [call('>=', column, literal(next))];
    case '>=':
      return [call('>=', column, literal(from))];
    default:
      return [call('>=', column, literal(from)), call('<', column, literal(next))];
  }
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

/** The period that `f(column)` is compared with, where it is one. */
function periodOf(tested: Expr, constant: Expr, { dialect, plainDates }: RuleContext): Period | undefined {
  return (
    truncated(tested, constant) ??
    yearOf(tested, constant, dialect) ??
    dayOf(tested, constant, dialect) ??
    (plainDates ? formatted(tested, constant, dialect) : undefined)
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

/** `strftime('%Y-%m', column)` on SQLite, the other way round on DuckDB, `date_format` on MySQL, `to_char` on Postgres. */
function formatted(tested: Expr, constant: Expr, dialect: SqlName): Period | undefined {
  if (tested.kind !== 'call' || constant.kind !== 'literal' || constant.type !== 'text') return undefined;
  const [a, b] = tested.args;
  if (tested.name !== FORMATTERS[dialect] || tested.args.length !== 2) return undefined;
  const [format, column] = dialect === 'sqlite' ? [a, b] : [b, a];
  if (format?.kind !== 'literal' || column?.kind !== 'column') return undefined;
  const unit = (dialect === 'postgres' ? TEMPLATES : FORMATS)[format.text];
  const { text } = constant;
  if (unit === 'year' && /^[1-9]\d{3}$/.test(text)) return { column, from: `${text}-01-01`, unit };
  if (unit === 'month' && /^[1-9]\d{3}-(?:0[1-9]|1[0-2])$/.test(text))
    return { column, from: `${text}-01`, unit };
  const day = unit === 'day' ? dayAlone(constant) : undefined;
  return day === undefined ? undefined : { column, from: day, unit: 'day' };
}

const FORMATTERS: Readonly<Partial<Record<SqlName, string>>> = {
  sqlite: 'strftime',
  duckdb: 'strftime',
  mysql: 'date_format',
  postgres: 'to_char',
};
/** Formats that keep the order of days as texts. */
const FORMATS: Readonly<Record<string, CalendarUnit>> = {
  '%Y': 'year',
  '%Y-%m': 'month',
  '%Y-%m-%d': 'day',
};
/** The same as Postgres writes them, to which `%Y` is another format, as `YYYY` is a plain text elsewhere. */
const TEMPLATES: Readonly<Record<string, CalendarUnit>> = {
  YYYY: 'year',
  'YYYY-MM': 'month',
  'YYYY-MM-DD': 'day',
};
