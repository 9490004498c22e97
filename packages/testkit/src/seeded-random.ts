import { PerfError } from '@perf/contracts';

/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  /** 0 to below 1, 32 bits. Needs no `this`, so it fits where `Math.random` does. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number;
  /** One of `items`; at least one is needed. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** The items in another order; `items` stays as it is. */
  readonly shuffle: <T>(items: readonly T[]) => T[];
  /**
   * A sampler of ranks 0 to `n − 1` where rank r has weight 1 / (r + 1)^s, as requests for popular things have.
   * Takes 8 bytes a rank; each sample is a binary search.
   */
  readonly zipf: (n: number, s: number) => () => number;
}

/**
 * A source of repeatable randomness: sfc32 (Doty-Humphrey, PractRand), seeded through splitmix32. Not for secrets.
 *
 * @example
 * const random = seededRandom(42);
 * const rank = random.zipf(10_000, 0.99);
 * const key = `query:${rank()}`;
 */
export function seededRandom(seed: number): SeededRandom {
  const next = sfc32(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick: (items) => {
      const chosen = int(0, items.length - 1);
      for (const item of items.slice(chosen, chosen + 1)) return item;
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'nothing to pick from');
    },
    shuffle: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
    zipf: (n, s) => zipfSampler(next, n, s),
  };
}

function sfc32(seed: number): () => number {
  let state = seed | 0;
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), 1];
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

function zipfSampler(next: () => number, n: number, s: number): () => number {
  if (!Number.isInteger(n) || n < 1 || !(s >= 0))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `zipf needs n of at least 1 and s of at least 0, got ${n}, ${s}`,
    );
  const upTo = new Float64Array(n);
  let total = 0;
  for (let rank = 0; rank < n; rank++) upTo[rank] = total += 1 / (rank + 1) ** s;
  return () => {
    const point = next() * total;
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? total) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
