import type { ColumnStatistics, DataType, FilterOperator, Parameter, StatisticValue } from '@perf/contracts';
import { statisticValue } from '@perf/contracts';

/** An estimate, and whether it rests on nothing but a default. */
export interface Estimate {
  readonly value: number;
  readonly isDefault: boolean;
}

/** What is assumed when nothing better is known. */
export const SELECTIVITY_DEFAULTS = {
  /** Distinct values of a column. */
  distinct: 10,
  /** Share of rows in a range. */
  range: 0.3,
  /** Share of rows that pass anything else. */
  other: 0.5,
} as const;

/** Fewest known values from which the share that a text condition lets pass is taken. */
const LEAST_SAMPLE = 10;

/** One comparison as the estimate sees it. */
export interface ComparisonShape {
  readonly type: DataType;
  readonly operator: FilterOperator;
  readonly values: readonly Parameter[];
  readonly caseSensitive: boolean;
}

/** Share of rows, 0 to 1, for which the comparison is true. Nulls never pass, but for `isNull`. */
export function comparisonSelectivity(
  shape: ComparisonShape,
  column: ColumnStatistics | undefined,
): Estimate {
  const present = 1 - (column?.nullFraction ?? 0);
  const within = (estimate: Estimate): Estimate => ({
    ...estimate,
    value: Math.max(0, Math.min(present, estimate.value)),
  });
  const complement = (estimate: Estimate): Estimate =>
    within({ ...estimate, value: present - estimate.value });
  const values = shape.values.flatMap((value) => statisticValue(shape.type, value) ?? []);
  const [first, second] = values;
  switch (shape.operator) {
    case 'isNull':
      return { value: column?.nullFraction ?? SELECTIVITY_DEFAULTS.other, isDefault: column === undefined };
    case 'isNotNull':
      return {
        value: column === undefined ? SELECTIVITY_DEFAULTS.other : present,
        isDefault: column === undefined,
      };
    case 'eq':
      return within(equal(first, column));
    case 'ne':
      return complement(equal(first, column));
    case 'in':
      return within(anyOf(values, column));
    case 'notIn':
      return complement(anyOf(values, column));
    case 'lt':
    case 'lte':
      return within(below(first, column));
    case 'gt':
    case 'gte':
      return complement(below(first, column));
    case 'between':
      return within(between(first, second, column));
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'regex':
    case 'fuzzy':
      return within(passingText(shape, column));
    case 'notContains':
      return complement(passingText({ ...shape, operator: 'contains' }, column));
  }
}

/** A common value's own share; otherwise the rest is spread evenly over the values that are not common. */
function equal(value: StatisticValue | undefined, column: ColumnStatistics | undefined): Estimate {
  if (column?.distinct === undefined) return { value: 1 / SELECTIVITY_DEFAULTS.distinct, isDefault: true };
  const common = column.commonValues ?? [];
  const found = common.find((candidate) => candidate.value === value);
  if (found !== undefined) return { value: found.fraction, isDefault: false };
  const rest = 1 - column.nullFraction - common.reduce((sum, { fraction }) => sum + fraction, 0);
  return { value: Math.max(0, rest) / Math.max(1, column.distinct - common.length), isDefault: false };
}

function anyOf(values: readonly StatisticValue[], column: ColumnStatistics | undefined): Estimate {
  const parts = [...new Set(values)].map((value) => equal(value, column));
  return {
    value: Math.min(
      1,
      parts.reduce((sum, part) => sum + part.value, 0),
    ),
    isDefault: parts.some((part) => part.isDefault),
  };
}

/** Share of rows under a value: common values one by one, the rest by the histogram. */
function below(value: StatisticValue | undefined, column: ColumnStatistics | undefined): Estimate {
  const common = column?.commonValues ?? [];
  if (column === undefined || value === undefined || (common.length === 0 && column.histogram === undefined))
    return { value: SELECTIVITY_DEFAULTS.range, isDefault: true };
  const fromCommon = common.reduce(
    (sum, candidate) => sum + (candidate.value < value ? candidate.fraction : 0),
    0,
  );
  const rest = Math.max(0, 1 - column.nullFraction - common.reduce((sum, { fraction }) => sum + fraction, 0));
  return { value: fromCommon + rest * shareBelow(value, column.histogram ?? []), isDefault: false };
}

function between(
  low: StatisticValue | undefined,
  high: StatisticValue | undefined,
  column: ColumnStatistics | undefined,
): Estimate {
  const [from, to] = [below(low, column), below(high, column)];
  if (from.isDefault || to.isDefault) return { value: SELECTIVITY_DEFAULTS.range, isDefault: true };
  return { value: Math.max(0, to.value - from.value) + equal(high, column).value, isDefault: false };
}

/** Share of the histogram's values under `value`, with straight lines inside a bucket of numbers and halves inside one of text. */
function shareBelow(value: StatisticValue, borders: readonly StatisticValue[]): number {
  const above = borders.findIndex((border) => border >= value);
  if (above === 0 || borders.length < 2) return 0;
  if (above < 0) return 1;
  const [low, high] = [borders[above - 1], borders[above]];
  const inside =
    typeof low === 'string' || typeof value === 'string'
      ? 0.5
      : (Number(value) - Number(low)) / (Number(high) - Number(low));
  return (above - 1 + inside) / (borders.length - 1);
}

/**
 * Tries the condition on the values that the statistics hold: common ones by their share, borders as a sample of the rest.
 * Never a pattern: matching one can take as long as whoever wrote it likes, and this runs on the caller's thread.
 */
function passingText(shape: ComparisonShape, column: ColumnStatistics | undefined): Estimate {
  const common = column?.commonValues ?? [];
  const borders = column?.histogram ?? [];
  const [given] = shape.values;
  if (
    column === undefined ||
    typeof given !== 'string' ||
    common.length + borders.length < LEAST_SAMPLE ||
    shape.operator === 'fuzzy' ||
    shape.operator === 'regex'
  )
    return { value: SELECTIVITY_DEFAULTS.other, isDefault: true };
  const passes = textTest(shape.operator, given, shape.caseSensitive);
  const fromCommon = common.reduce((sum, { value, fraction }) => sum + (passes(value) ? fraction : 0), 0);
  const rest = Math.max(0, 1 - column.nullFraction - common.reduce((sum, { fraction }) => sum + fraction, 0));
  const share = borders.length === 0 ? 0 : borders.filter(passes).length / borders.length;
  const least = 1 / (10 * (common.length + borders.length));
  return { value: Math.max(least, fromCommon + rest * share), isDefault: false };
}

function textTest(
  operator: FilterOperator,
  given: string,
  caseSensitive: boolean,
): (value: StatisticValue) => boolean {
  const fold = (value: StatisticValue): string =>
    caseSensitive ? String(value) : String(value).toLowerCase();
  const wanted = fold(given);
  if (operator === 'startsWith') return (value) => fold(value).startsWith(wanted);
  if (operator === 'endsWith') return (value) => fold(value).endsWith(wanted);
  return (value) => fold(value).includes(wanted);
}
