import { PerfError } from '@perf/contracts';
import { CounterSeries } from './counter.ts';
import type { FrequentDefinition } from './definition.ts';
import { checkDefinition } from './definition.ts';
import { FrequentValues } from './frequent-values.ts';
import { OTHER, cleanLabelValue, seriesLabels } from './label-value.ts';

/** Counts between two looks at who is frequent. */
const COUNTS_PER_REVIEW = 10_000;
/** Values watched for each seat. */
const WATCHED_PER_SEAT = 10;
/** A value below this count in a review has shown nothing. */
const LEAST_COUNT = 10;

/**
 * A counter over values without number, such as airports or customers: the most frequent have a series each, the rest counts in
 * `other`. Seats go to whom comes first; every 10,000 counts a value without seat takes one from a value that came less than half
 * as often, so seldom that the number of series over time stays small too. Older counts weigh half with each review.
 *
 * A value that loses its seat is shown no longer and begins at 0 when it returns, which Prometheus reads as a reset: `rate` and
 * `increase` over all series stay true, a plain sum of the series may fall.
 */
export class FrequentCounter {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #label: string;
  readonly #seats: number;
  readonly #watched: FrequentValues;
  readonly #seated = new Map<string, CounterSeries>();
  #rest: CounterSeries | undefined;
  #untilReview = COUNTS_PER_REVIEW;

  constructor(definition: FrequentDefinition) {
    const { name, help, label, seats = 100 } = definition;
    checkDefinition(this.type, { name, help, labels: [label] });
    if (!Number.isSafeInteger(seats) || seats < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `seats must be a whole number of at least 1, got ${seats}`,
      );
    this.name = name;
    this.help = help;
    this.#label = label;
    this.#seats = seats;
    this.#watched = new FrequentValues(seats * WATCHED_PER_SEAT);
  }

  /** Counts one use of a value. A value that no label may carry counts in `other`. */
  count(value: string): void {
    const seat = this.#seated.get(value) ?? this.#newSeat(value);
    seat.add();
    if (seat !== this.#rest || cleanLabelValue(value) === value) this.#watched.add(value);
    if (--this.#untilReview === 0) this.#review();
  }

  /** Its series; `other` is there once it counted. */
  *series(): Generator<CounterSeries> {
    yield* this.#seated.values();
    if (this.#rest !== undefined) yield this.#rest;
  }

  #newSeat(value: string): CounterSeries {
    const isFree = this.#seated.size < this.#seats && cleanLabelValue(value) === value && value !== OTHER;
    if (isFree) return this.#seat(value);
    return (this.#rest ??= new CounterSeries(seriesLabels([this.#label], [OTHER])));
  }

  #seat(value: string): CounterSeries {
    const series = new CounterSeries(seriesLabels([this.#label], [value]));
    this.#seated.set(value, series);
    return series;
  }

  #review(): void {
    this.#untilReview = COUNTS_PER_REVIEW;
    const risen = [...this.#watched.entries()]
      .filter(([value, count]) => count >= LEAST_COUNT && value !== OTHER && !this.#seated.has(value))
      .toSorted(([, a], [, b]) => b - a);
    const weakest = [...this.#seated.keys()]
      .map((value) => ({ value, count: this.#watched.countOf(value) }))
      .toSorted((a, b) => a.count - b.count);
    for (const [i, [value, count]] of risen.entries()) {
      const held = weakest[i];
      if (held === undefined || count <= 2 * held.count) break;
      this.#seated.delete(held.value);
      this.#seat(value);
    }
    this.#watched.age();
  }
}
