import { PerfError } from '@perf/contracts';
import { bestPlaces, orderCost } from './best-order.ts';
import { MOST_FILTERS, PassSample } from './pass-sample.ts';

/** One filter of a conjunction. */
export interface AdaptiveTest<Row> {
  /** Pure and total: it throws for no row, and null counts as SQL has it (unknown is false). */
  readonly test: (row: Row) => boolean;
  /** Cost of one row, above 0, in any unit that all tests share. */
  readonly cost: number;
}

/** How often the order is looked at. */
export interface AdaptiveFilterOptions {
  /** Rows between two looks at the order. @default 4096 */
  readonly everyRows?: number;
  /** One row of so many, on average, is asked of all filters, to learn what passes which. @default 16 */
  readonly sampleEvery?: number;
  /** How many times cheaper another order must look before it is taken: below it the order stays, so that it does not swing. @default 1.1 */
  readonly hysteresis?: number;
}

/**
 * A conjunction that learns its order while it runs: what share of the last 1,024 sampled rows passes each set of filters decides, so
 * filters that depend on each other, and data that changes on the way, are seen. The answer never depends on the order.
 *
 * @example
 * const cheap = { test: (row: Row) => row.state === 'open', cost: 1 };
 * const dear = { test: (row: Row) => pattern.test(row.note), cost: 40 };
 * const found = new AdaptiveFilter([dear, cheap]).filter(rows);
 */
export class AdaptiveFilter<Row> {
  readonly #tests: readonly AdaptiveTest<Row>[];
  readonly #asWritten: readonly ((row: Row) => boolean)[];
  readonly #filters: readonly { readonly selectivity: number; readonly cost: number }[];
  readonly #everyRows: number;
  readonly #sampleEvery: number;
  readonly #hysteresis: number;
  readonly #sample = new PassSample(1024);
  #order: readonly number[];
  #running: readonly ((row: Row) => boolean)[];
  #rows = 0;
  /** The row that is sampled next, counted from 0. */
  #sampled = 0;
  #state = 1;

  /** At most 30 tests. Throws `ERR_PERF_INVALID_OPTION` for nonsense. */
  constructor(tests: readonly AdaptiveTest<Row>[], options: AdaptiveFilterOptions = {}) {
    const { everyRows = 4096, sampleEvery = 16, hysteresis = 1.1 } = options;
    for (const [name, value] of Object.entries({ everyRows, sampleEvery }))
      if (!Number.isInteger(value) || value < 1)
        throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be a positive integer, got ${value}`);
    if (!(hysteresis >= 1))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `hysteresis must be at least 1, got ${hysteresis}`);
    if (tests.length > MOST_FILTERS || tests.some(({ cost }) => !(cost > 0)))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `at most ${MOST_FILTERS} tests, each with a cost above 0`,
      );
    this.#tests = tests;
    this.#asWritten = tests.map(({ test }) => test);
    this.#filters = tests.map(({ cost }) => ({ selectivity: 0.5, cost }));
    this.#everyRows = everyRows;
    this.#sampleEvery = sampleEvery;
    this.#hysteresis = hysteresis;
    this.#order = tests.map((_, place) => place);
    this.#running = this.#asWritten;
  }

  /** Places of the tests as given, in the order they are asked now. */
  get order(): readonly number[] {
    return this.#order;
  }

  /** Whether the row passes all tests. */
  matches(row: Row): boolean {
    const count = this.#rows++;
    if (count > 0 && count % this.#everyRows === 0) this.#reorder();
    if (count === this.#sampled) {
      this.#sampled += this.#gap();
      return this.#sample.add(row, this.#asWritten);
    }
    for (const test of this.#running) if (!test(row)) return false;
    return true;
  }

  /** The rows that pass all tests, in their order. */
  filter(rows: Iterable<Row>): Row[] {
    const kept: Row[] = [];
    for (const row of rows) if (this.matches(row)) kept.push(row);
    return kept;
  }

  /** Rows to the next sampled one, `sampleEvery` on average, and not always the same: data may repeat with any step. */
  #gap(): number {
    // Lehmer's generator as Park and Miller set it ("Random Number Generators", CACM 31, 1988): the same rows each time.
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return 1 + (this.#state % (2 * this.#sampleEvery - 1));
  }

  #reorder(): void {
    const passing = (places: readonly number[]): number => this.#sample.passing(places);
    const best = bestPlaces(this.#filters, passing);
    const [now, then] = [this.#order, best].map((order) => orderCost(order, this.#filters, passing));
    if (now === undefined || then === undefined || now < then * this.#hysteresis) return;
    this.#order = best;
    this.#running = best.flatMap((place) => this.#tests[place]?.test ?? []);
  }
}
