import type { Expr } from '../expr.ts';
import { allOf, call } from '../expr.ts';
import type { Select } from '../query.ts';
import type { SqlName } from '../sql-name.ts';
import { nextPeriod } from './calendar-unit.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { RuleContext, SqlRule } from './sql-rule.ts';

/**
 * `cast(date AS text) LIKE '2024-03%'` becomes a range of the date, where the pattern ends behind a whole year, month or day. Needs dates
 * that are written as ISO 8601, of the years 1000 to 9999: `like '2024-%'` is true of a year before Christ too.
 */
export const castLike: SqlRule = {
  name: 'cast-like',
  engines: { postgres: '297× with an index', sqlite: '176×', mysql: '91×', duckdb: '13.5×' },
  margin: 1,
  alternatives: (query, context) =>
    context.plainDates ? eachCondition(query, (condition, select) => ranged(condition, select, context)) : [],
};

const PATTERN = /^([1-9]\d{3})-(?:(0[1-9]|1[0-2])(?:-|(?:-(0[1-9]|[12]\d|3[01]))?)?)?%$/;

function ranged(
  condition: Expr,
  select: Select,
  { shapes, dialect }: RuleContext,
): ChangedCondition | undefined {
  if (condition.kind !== 'call' || condition.name !== 'like') return undefined;
  const [tested, pattern, escape] = condition.args;
  const column = castColumn(tested, dialect);
  if (column === undefined || pattern?.kind !== 'literal' || pattern.type !== 'text' || escape !== undefined)
    return undefined;
  const facts = shapes.columnIn(select, column.source, column.name);
  if (facts?.origin === undefined || facts.type?.kind !== 'date') return undefined;
  const [, year, month, day] = PATTERN.exec(pattern.text) ?? [];
  if (year === undefined) return undefined;
  const from = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const isDay = new Date(`${from}T00:00:00Z`).toISOString().slice(0, 10) === from;
  const to = isDay
    ? nextPeriod(from, day === undefined ? (month === undefined ? 'year' : 'month') : 'day')
    : undefined;
  if (to === undefined) return undefined;
  const range = allOf([call('>=', column, literal(from, dialect)), call('<', column, literal(to, dialect))]);
  const name = `${facts.origin.table.name}.${facts.origin.column}`;
  return range === undefined
    ? undefined
    : {
        condition: range,
        reason: `the beginning of ${name} as text is a range of ${name}`,
        facts: [`${name} is a date of the years 1000 to 9999, written as ISO 8601`],
      };
}

function castColumn(
  tested: Expr | undefined,
  dialect: SqlName,
): (Expr & { readonly kind: 'column' }) | undefined {
  // SQLite keeps dates as text, MySQL compares them as text without being told to.
  if (tested?.kind === 'column') return dialect === 'sqlite' || dialect === 'mysql' ? tested : undefined;
  const isText =
    tested?.kind === 'cast' &&
    (/^(?:text|varchar)$/.test(tested.to) || (tested.to === 'char' && dialect === 'mysql'));
  return isText && tested.arg.kind === 'column' ? tested.arg : undefined;
}

function literal(day: string, dialect: SqlName): Expr {
  return { kind: 'literal', type: dialect === 'sqlite' ? 'text' : 'date', text: day };
}
