import { PerfError } from '@perf/contracts';
import type { MetricDefinition } from './definition.ts';
import type { SeriesLabels } from './label-value.ts';
import { OTHER, cleanLabelValue, seriesLabels } from './label-value.ts';

/** The value of each label of a metric. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** The series of one metric by the values of their labels, bounded in number. */
export class SeriesMap<Label extends string, Series> {
  readonly #name: string;
  readonly #labels: readonly Label[];
  readonly #isOpen: readonly boolean[];
  readonly #most: number;
  readonly #create: (labels: SeriesLabels) => Series;
  readonly #byKey = new Map<string, Series>();

  constructor(definition: MetricDefinition<Label>, create: (labels: SeriesLabels) => Series) {
    const { name, labels = [], open = [], maxSeries = 1000 } = definition;
    this.#name = name;
    this.#labels = labels;
    this.#isOpen = labels.map((label) => open.includes(label));
    this.#most = maxSeries;
    this.#create = create;
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): IterableIterator<Series> {
    return this.#byKey.values();
  }

  /** The series of these values, made when it is missing and there is room; else the one that stands for those that found none. */
  get(given: LabelValues<Label> | undefined): Series {
    const values = this.#valuesOf(given);
    const found = this.#byKey.get(keyOf(values));
    if (found !== undefined) return found;
    const clean = values.map(cleanLabelValue);
    if (this.#byKey.size < this.#most) return this.#made(clean);
    const closed = clean.map((value, i) => (this.#isOpen[i] === true ? OTHER : value));
    const known = this.#byKey.get(keyOf(clean)) ?? this.#byKey.get(keyOf(closed));
    if (known !== undefined) return known;
    // Labels said to be few are not, when twice the room is gone: then nothing is kept apart any more.
    const hasOpen = this.#isOpen.includes(true);
    if (hasOpen && this.#byKey.size < 2 * this.#most) return this.#made(closed);
    return this.#made(clean.map(() => OTHER));
  }

  /** Forgets the series of these values. A series that is bound stays usable, and is no longer shown. */
  delete(given: LabelValues<Label> | undefined): boolean {
    return this.#byKey.delete(keyOf(this.#valuesOf(given).map(cleanLabelValue)));
  }

  clear(): void {
    this.#byKey.clear();
  }

  #valuesOf(given: LabelValues<Label> | undefined): readonly string[] {
    return this.#labels.map((label) => {
      const value: unknown = given?.[label];
      if (typeof value === 'string') return value;
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `metric ${this.#name} needs a string for its label ${label}, got ${typeof value}`,
      );
    });
  }

  #made(values: readonly string[]): Series {
    const key = keyOf(values);
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    const series = this.#create(seriesLabels(this.#labels, values));
    this.#byKey.set(key, series);
    return series;
  }
}

/** Different lists of values never have one key: each value is told with its length. */
function keyOf(values: readonly string[]): string {
  let key = '';
  for (const value of values) key += `${value.length}:${value}`;
  return key;
}
