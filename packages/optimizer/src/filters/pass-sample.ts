import { PerfError } from '@perf/contracts';

/** Most filters that one sample tells apart: the bits of a small integer. */
export const MOST_FILTERS = 30;

/**
 * The last so many rows of a sample, by which filters they passed. Answers what share passes a set of filters, whatever they have
 * to do with each other.
 */
export class PassSample {
  readonly #masks: Int32Array;
  #length = 0;
  #next = 0;

  /** @param size rows kept; older ones are forgotten */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `a sample holds at least one row, got ${size}`);
    this.#masks = new Int32Array(size);
  }

  /** The sample of `rows`, each asked of all `tests`; at most 30 tests. */
  static of<Row>(rows: Iterable<Row>, tests: readonly ((row: Row) => boolean)[]): PassSample {
    const all = [...rows];
    const sample = new PassSample(Math.max(1, all.length));
    for (const row of all) sample.add(row, tests);
    return sample;
  }

  /** Rows in the sample. */
  get length(): number {
    return this.#length;
  }

  /** Asks all tests of a row, keeps the answers, and gives back whether it passed them all. */
  add<Row>(row: Row, tests: readonly ((row: Row) => boolean)[]): boolean {
    if (tests.length > MOST_FILTERS)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a sample tells at most ${MOST_FILTERS} filters apart, got ${tests.length}`,
      );
    let mask = 0;
    for (let place = 0; place < tests.length; place++) if (tests[place]?.(row) === true) mask |= 1 << place;
    this.#masks[this.#next] = mask;
    this.#next = (this.#next + 1) % this.#masks.length;
    this.#length = Math.min(this.#length + 1, this.#masks.length);
    return mask === (1 << tests.length) - 1;
  }

  /** Share of the sample that passes all filters at `places`; half a row is added to either side, so that nothing is certain. */
  passing(places: readonly number[]): number {
    let wanted = 0;
    for (const place of places) wanted |= 1 << place;
    let found = 0;
    for (let i = 0; i < this.#length; i++) if (((this.#masks[i] ?? 0) & wanted) === wanted) found++;
    return (found + 0.5) / (this.#length + 1);
  }
}
