import { PerfError } from '@perf/contracts';

/**
 * The value below which the share `q` of `values` lies, between neighbours by straight line (type 7 of Hyndman & Fan,
 * "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996). `values` need not be sorted.
 * @param q 0 to 1
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'a quantile needs at least one value');
  if (!(q >= 0 && q <= 1)) throw new PerfError('ERR_PERF_INVALID_OPTION', `q must be 0 to 1, got ${q}`);
  const sorted = Float64Array.from(values).toSorted();
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

/** The middle value; of an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The first and the third quartile. */
export function quartiles(values: readonly number[]): readonly [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}
