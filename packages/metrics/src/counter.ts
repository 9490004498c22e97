import { PerfError } from '@perf/contracts';
import type { MetricDefinition } from './definition.ts';
import { checkDefinition } from './definition.ts';
import type { SeriesLabels } from './label-value.ts';
import type { LabelValues } from './series-map.ts';
import { SeriesMap } from './series-map.ts';

/** One counter that is bound to its labels. It never decreases. */
export class CounterSeries {
  readonly labels: SeriesLabels;
  #value = 0;
  #followed = 0;

  constructor(labels: SeriesLabels) {
    this.labels = labels;
  }

  get value(): number {
    return this.#value;
  }

  /** Adds to it. `ERR_PERF_INVALID_VALUE` unless the amount is finite and not below 0. @param amount default 1 */
  add(amount: number = 1): void {
    if (!(amount >= 0 && amount < Infinity)) throw refused(amount);
    this.#value += amount;
  }

  /**
   * Goes along with a total that is counted elsewhere (by a server, the kernel). A total below the last one means that its source
   * began again at 0: all of it is new.
   */
  follow(total: number): void {
    if (!(total >= 0 && total < Infinity)) throw refused(total);
    this.#value += total >= this.#followed ? total - this.#followed : total;
    this.#followed = total;
  }
}

/** A count that only rises, apart by labels. */
export class Counter<Label extends string = string> {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<Label, CounterSeries>;

  constructor(definition: MetricDefinition<Label>) {
    checkDefinition(this.type, definition);
    this.name = definition.name;
    this.help = definition.help;
    this.#series = new SeriesMap(definition, (labels) => new CounterSeries(labels));
  }

  /**
   * The series of these labels; keep it where it is counted often. Past `maxSeries` the open labels become `other`, past twice of it
   * all labels. A value that no label may carry (SQL, tokens, control characters, over 128 characters) is `other` too.
   * @param labels required where the metric has labels
   *
   * @example
   * const answered = requests.with({ method: 'GET', status: '200' });
   * answered.add();
   */
  with(labels?: LabelValues<Label>): CounterSeries {
    return this.#series.get(labels);
  }

  /** Its series, in the order in which they were first asked for. */
  series(): IterableIterator<CounterSeries> {
    return this.#series.values();
  }
}

function refused(amount: number): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `a counter counts up by finite numbers, got ${amount}`);
}
