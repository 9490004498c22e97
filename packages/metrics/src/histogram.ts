import { PerfError } from '@perf/contracts';
import type { HistogramDefinition } from './definition.ts';
import { checkBuckets, checkDefinition } from './definition.ts';
import type { SeriesLabels } from './label-value.ts';
import type { LabelValues } from './series-map.ts';
import { SeriesMap } from './series-map.ts';

/** One histogram that is bound to its labels. */
export class HistogramSeries {
  readonly labels: SeriesLabels;
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(labels: SeriesLabels, bounds: Float64Array) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Sum of all observed values. */
  get sum(): number {
    return this.#sum;
  }

  /** How many values fell in each bucket, not cumulated; the last is for those above every bound. */
  get counts(): Readonly<Float64Array> {
    return this.#counts;
  }

  /**
   * Counts one value in the first bucket whose bound is not below it. `ERR_PERF_INVALID_VALUE` unless it is finite and not below
   * 0: the sum is a counter too. What it costs: bench/observe.bench.ts.
   */
  observe(value: number): void {
    if (!(value >= 0 && value < Infinity))
      throw new PerfError(
        'ERR_PERF_INVALID_VALUE',
        `a histogram takes finite numbers from 0 up, got ${value}`,
      );
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    const counts = this.#counts;
    counts[low] = (counts[low] ?? 0) + 1;
    this.#sum += value;
  }
}

/** How values are spread over buckets, apart by labels. */
export class Histogram<Label extends string = string> {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  /** Upper bounds of its buckets, without the one for all above. */
  readonly buckets: readonly number[];
  readonly #series: SeriesMap<Label, HistogramSeries>;

  constructor(definition: HistogramDefinition<Label>) {
    checkDefinition(this.type, definition);
    checkBuckets(definition.name, definition.buckets);
    this.name = definition.name;
    this.help = definition.help;
    this.buckets = [...definition.buckets];
    const bounds = Float64Array.from(definition.buckets);
    this.#series = new SeriesMap(definition, (labels) => new HistogramSeries(labels, bounds));
  }

  /** The series of these labels; see `Counter.with`. */
  with(labels?: LabelValues<Label>): HistogramSeries {
    return this.#series.get(labels);
  }

  /** Its series, in the order in which they were first asked for. */
  series(): IterableIterator<HistogramSeries> {
    return this.#series.values();
  }
}
