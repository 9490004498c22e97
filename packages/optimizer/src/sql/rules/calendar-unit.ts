import type { Expr } from '../expr.ts';

/** A period of the calendar. */
export type CalendarUnit = 'day' | 'month' | 'quarter' | 'year';

const MONTHS: Readonly<Record<Exclude<CalendarUnit, 'day'>, number>> = { month: 1, quarter: 3, year: 12 };

/** The day that a constant names, as `2024-03-01`: a date, or the first moment of one. */
export function dayText(constant: Expr): string | undefined {
  if (constant.kind === 'cast')
    return constant.to === 'date' || constant.to === 'timestamp' ? dayText(constant.arg) : undefined;
  if (constant.kind !== 'literal' || !['text', 'date', 'timestamp'].includes(constant.type)) return undefined;
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})( 00:00:00(?:\.0+)?)?$/.exec(constant.text) ?? [];
  if (day === undefined || (time !== undefined && constant.type === 'date')) return undefined;
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day || day < '1000'
    ? undefined
    : day;
}

/** A text that is a day and nothing else: what is compared as text equals no other. */
export function dayAlone(constant: Expr): string | undefined {
  return constant.kind === 'literal' && constant.type === 'text' && constant.text.length === 10
    ? dayText(constant)
    : undefined;
}

/** The first day after a period; undefined past the year 9999. */
export function nextPeriod(from: string, unit: CalendarUnit): string | undefined {
  const date = new Date(`${from}T00:00:00Z`);
  if (unit === 'day') date.setUTCDate(date.getUTCDate() + 1);
  else date.setUTCMonth(date.getUTCMonth() + MONTHS[unit]);
  const text = date.toISOString();
  return text.length > 24 ? undefined : text.slice(0, 10);
}
