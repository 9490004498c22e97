/** A key in a sample: its chance to be in it, and rows of each port that have it. */
export interface SampledKey {
  readonly chance: number;
  readonly counts: readonly number[];
}

/** Rows kept of any key that has them. */
const LEAST = 4;

/**
 * How many rows of one port to keep of each key: in proportion to what the key stands for, rows ÷ chance, so that together they are about
 * `rows`, and of each key at least a few.
 */
export function sampleSizes(keys: readonly SampledKey[], port: number, rows: number): readonly number[] {
  const rate = rateFor(keys, port, rows);
  return keys.map((key) => sizeOf(key, port, rate));
}

function sizeOf({ chance, counts }: SampledKey, port: number, rate: number): number {
  const count = counts[port] ?? 0;
  return Math.min(count, Math.max(LEAST, Math.ceil((rate * count) / chance)));
}

/** The rate that gives `rows` in all, by halving. */
function rateFor(keys: readonly SampledKey[], port: number, rows: number): number {
  let [low, high] = [0, 1];
  const total = (rate: number): number => keys.reduce((sum, key) => sum + sizeOf(key, port, rate), 0);
  if (total(high) <= rows) return high;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (total(middle) > rows) high = middle;
    else low = middle;
  }
  return low;
}
