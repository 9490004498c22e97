import type { DataType } from './data-type.ts';
import type { ColumnStatistics, StatisticValue } from './statistics.ts';

/** Most common values kept, and a value must fill this many times its fair share to be one of them. */
const COMMON_VALUES = 32;
const COMMON_SHARE = 1.25;
/** Buckets of a histogram. */
const BUCKETS = 64;

/**
 * Statistics of one column from a random sample of its values in row form.
 * The number of distinct values is Haas and Stokes' Duj1 estimate, n·d / (n − f1 + f1·n/N) (IBM Research Report RJ 10025),
 * which is exact when the sample is the whole table.
 * @param tableRows rows of the table; the sample may be all of them
 */
export function sampleStatistics(
  type: DataType,
  values: readonly unknown[],
  tableRows: number,
): ColumnStatistics {
  const present = values.flatMap((value) => statisticValue(type, value) ?? []);
  const nulls = values.reduce<number>(
    (count, value) => count + (value === null || value === undefined ? 1 : 0),
    0,
  );
  const nullFraction = values.length === 0 ? 0 : nulls / values.length;
  if (present.length === 0) return { nullFraction };
  const counts = new Map<StatisticValue, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  const common = commonValues(counts, present.length);
  const rest = present.filter((value) => !common.has(value)).toSorted(order);
  const commonList = [...common].map(([value, count]) => ({ value, fraction: count / values.length }));
  const histogram = rest.length < 2 || typeof rest[0] === 'boolean' ? undefined : borders(rest);
  return {
    nullFraction,
    distinct: distinctEstimate(
      counts,
      present.length,
      Math.round((tableRows * present.length) / values.length),
    ),
    averageBytes: averageBytes(present),
    ...(commonList.length === 0 ? {} : { commonValues: commonList }),
    ...(histogram === undefined ? {} : { histogram }),
  };
}

/** A row value as statistics compare it; undefined for null and for what has no order (NaN, bytes, JSON, lists). */
export function statisticValue(type: DataType, value: unknown): StatisticValue | undefined {
  const comparable = comparableValue(type, value);
  return Number.isNaN(comparable) ? undefined : comparable;
}

function comparableValue(type: DataType, value: unknown): StatisticValue | undefined {
  if (value === null || value === undefined || type.kind === 'json') return undefined;
  if (value instanceof Date) return value.getTime();
  if (type.kind === 'timestamp' && typeof value === 'bigint')
    return Number(value) / (type.unit === 'ns' ? 1e6 : 1e3);
  if (type.kind === 'timestamp' && typeof value === 'string')
    return Date.parse(`${value.slice(0, 10)}T${value.slice(11)}Z`);
  if (type.kind === 'date' && typeof value === 'string') return Date.parse(value);
  if (type.kind === 'decimal') return Number(value);
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean'
  )
    return value;
  return undefined;
}

function order(a: StatisticValue, b: StatisticValue): number {
  if (typeof a === 'string' && typeof b === 'string') return textOrder(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, as engines compare UTF-8 bytes; JS compares UTF-16 units, where surrogates come before U+E000. */
function textOrder(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function commonValues(
  counts: ReadonlyMap<StatisticValue, number>,
  total: number,
): ReadonlyMap<StatisticValue, number> {
  const fair = Math.max(1, (COMMON_SHARE * total) / counts.size);
  const wide = counts.size > COMMON_VALUES;
  const kept = [...counts]
    .filter(([, count]) => !wide || count > fair)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, COMMON_VALUES);
  return new Map(kept);
}

function distinctEstimate(
  counts: ReadonlyMap<StatisticValue, number>,
  sampled: number,
  present: number,
): number {
  let once = 0;
  for (const count of counts.values()) if (count === 1) once++;
  const estimate = (sampled * counts.size) / (sampled - once + (once * sampled) / Math.max(present, sampled));
  return Math.max(counts.size, Math.min(Math.round(estimate), Math.max(present, counts.size)));
}

function borders(sorted: readonly StatisticValue[]): StatisticValue[] {
  const buckets = Math.min(BUCKETS, sorted.length - 1);
  return Array.from(
    { length: buckets + 1 },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / buckets)] ?? 0,
  );
}

function averageBytes(values: readonly StatisticValue[]): number {
  let bytes = 0;
  for (const value of values) bytes += typeof value === 'string' ? Buffer.byteLength(value) : 8;
  return bytes / values.length;
}
