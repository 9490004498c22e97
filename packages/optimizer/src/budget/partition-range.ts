import type { Expr } from '../sql/expr.ts';
import type { BigQueryPartition, PartitionUnit } from './bigquery-table.ts';

/** Values that a condition leaves of a column: from `from` to `to`, both included; undefined: no end. Texts of dates, or numbers. */
interface Range {
  readonly from: string | number | undefined;
  readonly to: string | number | undefined;
}

/** Partitions of rows without a place of their own, which are always read. */
const ALWAYS = new Set(['__NULL__', '__UNPARTITIONED__']);

/** How a table is split. */
interface Partitioning {
  readonly unit: PartitionUnit;
  readonly interval?: number;
  readonly partitions: readonly BigQueryPartition[];
}

/**
 * The partitions that a query may read. Only bare comparisons of the column with constants leave any out; functions of it, parameters and
 * values that another query gives do not, so the answer is never too few.
 *
 * @param where conditions that every row must pass
 * @param isColumn whether an expression is the column by which the table is split
 */
export function partitionsRead(
  { unit, interval, partitions }: Partitioning,
  where: readonly Expr[],
  isColumn: (expr: Expr) => boolean,
): readonly BigQueryPartition[] {
  const tests = where.flatMap((part) => {
    const ranges = testOf(part, isColumn, unit);
    return ranges === undefined ? [] : [ranges];
  });
  if (tests.length === 0) return partitions;
  return partitions.filter(({ id }) => {
    if (ALWAYS.has(id)) return true;
    const own = rangeOf(id, unit, interval);
    return own === undefined || tests.every((ranges) => ranges.some((range) => overlaps(own, range)));
  });
}

/** The ranges of which a value must be in one; undefined: the condition says nothing that is known before it runs. */
function testOf(
  part: Expr,
  isColumn: (expr: Expr) => boolean,
  unit: PartitionUnit,
): readonly Range[] | undefined {
  if (part.kind !== 'call') return undefined;
  const [first, ...rest] = part.args;
  if (first === undefined) return undefined;
  if (!isColumn(first)) {
    const turned = TURNED[part.name];
    const [other] = rest;
    if (turned === undefined || other === undefined || !isColumn(other)) return undefined;
    return rangesOf(turned, [constant(first, unit)]);
  }
  return rangesOf(
    part.name,
    rest.map((each) => constant(each, unit)),
  );
}

const TURNED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function rangesOf(
  name: string,
  values: readonly (string | number | undefined)[],
): readonly Range[] | undefined {
  const [a, b] = values;
  if (a === undefined || values.includes(undefined)) return undefined;
  switch (name) {
    case '=':
    case 'in':
      return values.map((value) => ({ from: value, to: value }));
    case '<':
    case '<=':
      return [{ from: undefined, to: a }];
    case '>':
    case '>=':
      return [{ from: a, to: undefined }];
    case 'between':
      return [{ from: a, to: b }];
    default:
      return undefined;
  }
}

/** A constant as it can be compared with the ends of partitions; undefined: not one. */
function constant(expr: Expr, unit: PartitionUnit): string | number | undefined {
  if (expr.kind === 'cast')
    return /^(?:date|datetime|timestamp)$/.test(expr.to) ? constant(expr.arg, unit) : undefined;
  if (expr.kind !== 'literal') return undefined;
  if (unit === 'range') return /^-?\d{1,15}$/.test(expr.text) ? Number(expr.text) : undefined;
  if (expr.type !== 'text' && expr.type !== 'date' && expr.type !== 'timestamp') return undefined;
  // With a zone it is another moment.
  const [, day, time = '00:00:00'] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?(?:\.\d+)?$/.exec(expr.text) ?? [];
  return day === undefined ? undefined : `${day} ${time}`;
}

/** First and last value of a partition; undefined: its name is not understood, so it counts as read. */
function rangeOf(id: string, unit: PartitionUnit, interval: number | undefined): Range | undefined {
  if (unit === 'range') {
    const from = /^-?\d{1,15}$/.test(id) ? Number(id) : undefined;
    return from === undefined || interval === undefined ? undefined : { from, to: from + interval - 1 };
  }
  const [, year, month, day, hour] = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?$/.exec(id) ?? [];
  if (year === undefined || id.length !== LENGTHS[unit]) return undefined;
  return {
    from: `${year}-${month ?? '01'}-${day ?? '01'} ${hour ?? '00'}:00:00`,
    to: `${year}-${month ?? '12'}-${day ?? '31'} ${hour ?? '23'}:59:59`,
  };
}

const LENGTHS: Readonly<Record<Exclude<PartitionUnit, 'range'>, number>> = {
  hour: 10,
  day: 8,
  month: 6,
  year: 4,
};

function overlaps(own: Range, wanted: Range): boolean {
  return atMost(own.from, wanted.to) && atMost(wanted.from, own.to);
}

function atMost(a: string | number | undefined, b: string | number | undefined): boolean {
  return a === undefined || b === undefined || a <= b;
}
