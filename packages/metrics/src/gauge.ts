import { PerfError } from '@perf/contracts';
import type { MetricDefinition } from './definition.ts';
import { checkDefinition } from './definition.ts';
import type { SeriesLabels } from './label-value.ts';
import type { LabelValues } from './series-map.ts';
import { SeriesMap } from './series-map.ts';

/** One gauge that is bound to its labels. */
export class GaugeSeries {
  readonly labels: SeriesLabels;
  #value = 0;

  constructor(labels: SeriesLabels) {
    this.labels = labels;
  }

  get value(): number {
    return this.#value;
  }

  /** Replaces the value. `ERR_PERF_INVALID_VALUE` unless it is finite. */
  set(value: number): void {
    if (!Number.isFinite(value))
      throw new PerfError('ERR_PERF_INVALID_VALUE', `a gauge holds finite numbers, got ${value}`);
    this.#value = value;
  }
}

/** A value that goes up and down, apart by labels. A series that was never asked for is not shown, not even as 0. */
export class Gauge<Label extends string = string> {
  readonly type = 'gauge';
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<Label, GaugeSeries>;

  constructor(definition: MetricDefinition<Label>) {
    checkDefinition(this.type, definition);
    this.name = definition.name;
    this.help = definition.help;
    this.#series = new SeriesMap(definition, (labels) => new GaugeSeries(labels));
  }

  /** The series of these labels; see `Counter.with`. Set it at once: until then it is shown as 0. */
  with(labels?: LabelValues<Label>): GaugeSeries {
    return this.#series.get(labels);
  }

  /** Shows one series no longer; for what has no source any more. */
  remove(labels?: LabelValues<Label>): void {
    this.#series.delete(labels);
  }

  /** Its series, in the order in which they were first asked for. */
  series(): IterableIterator<GaugeSeries> {
    return this.#series.values();
  }
}
