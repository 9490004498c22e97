import type { IndexedDomain, IndexedPort } from './sample-index.ts';
import { KINDS } from './sample-index.ts';

/** Estimates by key or by row, with their variance ÷ square. */
export interface Sums {
  readonly values: Float64Array;
  readonly variances: Float64Array;
  /** Share of each value that is guessed, because it stands for keys without kept rows. */
  readonly guessed: Float64Array;
}

/** Rows that count as seen of each key before any is, and are as those of its kind: what few rows do not show may be there. */
const PRIOR = 0.5;
/** Stands for all kinds of keys. */
const ALL = KINDS;
/** Rows of relevant keys that must be seen before their mean is worth as much as that of all keys. */
const LEAST_ROWS = 4;
/** Relevant keys of a kind from which it has a mean of its own. */
const LEAST_KEYS = 12;

/** What is summed. */
export interface KeySumming {
  readonly domain: IndexedDomain;
  readonly port: IndexedPort;
  /** Of the rows of the pool. */
  readonly weights: Sums;
  /** Of the sampled keys: whether the other tables have rows of it that count. */
  readonly isRelevant: (key: number) => boolean;
}

/**
 * The sum of the weights of all rows of each key, from those kept of it. A key without kept rows is taken for one of its kind; and so are, a
 * little, keys of which only some rows were kept.
 */
export function keySums(summing: KeySumming): Sums {
  const { domain, port, weights } = summing;
  const { counts, starts, rows } = port;
  const values = new Float64Array(counts.length);
  const variances = new Float64Array(counts.length);
  const guessed = new Float64Array(counts.length);
  const means = new Float64Array(counts.length);
  for (let key = 0; key < counts.length; key++) {
    const [from, to] = [starts[key] ?? 0, starts[key + 1] ?? 0];
    let sum = 0;
    for (let i = from; i < to; i++) sum += weights.values[rows[i] ?? 0] ?? 0;
    if (to > from) means[key] = sum / (to - from);
  }
  const kinds = new Kinds(summing, means);
  for (let key = 0; key < counts.length; key++) {
    const count = counts[key] ?? 0;
    if (count === 0) continue;
    const [from, to] = [starts[key] ?? 0, starts[key + 1] ?? 0];
    const kept = to - from;
    const isWhole = kept >= count;
    const kind = kinds.of(domain.kinds[key] ?? 0);
    let [squares, inner, guess] = [0, 0, 0];
    for (let i = from; i < to; i++) {
      const row = rows[i] ?? 0;
      const weight = weights.values[row] ?? 0;
      const square = weight * weight;
      squares += square;
      guess += weight * (weights.guessed[row] ?? 0);
      inner += square * (weights.variances[row] ?? 0);
    }
    const prior = isWhole ? 0 : PRIOR;
    const mean = (kept * (means[key] ?? 0) + prior * kind.mean) / (kept + prior);
    if (mean === 0) continue;
    values[key] = mean * count;
    guessed[key] = kept === 0 ? 1 : Math.min(1, guess / (kept * mean));
    const spread = (squares + prior * kind.square) / (kept + prior) / (mean * mean) - 1;
    const outer = isWhole ? 0 : (Math.max(0, spread) / (kept + prior)) * (1 - kept / count);
    variances[key] = outer + (kept === 0 ? 0 : inner / (kept * mean) ** 2);
  }
  return { values, variances, guessed };
}

interface Kind {
  readonly mean: number;
  readonly square: number;
}

const NO_KIND: Kind = { mean: 0, square: 0 };

/** Mean weight of a row of a key, by the kind of the key, and the mean of its square. */
class Kinds {
  readonly #kinds: readonly Kind[];

  constructor({ domain, port, isRelevant }: KeySumming, means: Float64Array) {
    const [relevant, all] = [new Tally(), new Tally()];
    for (const [key, chance] of domain.chances.entries()) {
      const count = port.counts[key] ?? 0;
      if (count === 0) continue;
      const kind = domain.kinds[key] ?? 0;
      const kept = (port.starts[key + 1] ?? 0) - (port.starts[key] ?? 0);
      const one = { mean: means[key] ?? 0, rows: count / chance, kept };
      all.add(ALL, one);
      if (!isRelevant(key)) continue;
      relevant.add(ALL, one);
      relevant.add(kind, one);
    }
    const overall = relevant.blended(ALL, all.of(ALL));
    this.#kinds = Array.from({ length: ALL }, (_, kind) =>
      relevant.keys(kind) < LEAST_KEYS ? overall : relevant.of(kind),
    );
  }

  of(kind: number): Kind {
    return this.#kinds[kind] ?? NO_KIND;
  }
}

class Tally {
  readonly #keys = new Float64Array(ALL + 1);
  readonly #kept = new Float64Array(ALL + 1);
  readonly #rows = new Float64Array(ALL + 1);
  readonly #sums = new Float64Array(ALL + 1);
  readonly #squares = new Float64Array(ALL + 1);

  add(
    kind: number,
    { mean, rows, kept }: { readonly mean: number; readonly rows: number; readonly kept: number },
  ): void {
    this.#keys[kind] = (this.#keys[kind] ?? 0) + 1;
    this.#kept[kind] = (this.#kept[kind] ?? 0) + kept;
    this.#rows[kind] = (this.#rows[kind] ?? 0) + rows;
    this.#sums[kind] = (this.#sums[kind] ?? 0) + mean * rows;
    this.#squares[kind] = (this.#squares[kind] ?? 0) + mean * mean * rows;
  }

  keys(kind: number): number {
    return this.#keys[kind] ?? 0;
  }

  of(kind: number): Kind {
    const rows = this.#rows[kind] ?? 0;
    if (rows === 0) return NO_KIND;
    return { mean: (this.#sums[kind] ?? 0) / rows, square: (this.#squares[kind] ?? 0) / rows };
  }

  /** The kind, and another one for as long as little was seen of it. */
  blended(kind: number, other: Kind): Kind {
    const own = this.of(kind);
    const kept = this.#kept[kind] ?? 0;
    const blend = (a: number, b: number): number => (kept * a + LEAST_ROWS * b) / (kept + LEAST_ROWS);
    return { mean: blend(own.mean, other.mean), square: blend(own.square, other.square) };
  }
}
