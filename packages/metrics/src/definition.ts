import { PerfError } from '@perf/contracts';

/** What a metric is called and how it is kept apart by labels. */
export interface MetricDefinition<Label extends string = string> {
  /** As in `http_requests_total`; a counter ends in `_total`, nothing else does. */
  readonly name: string;
  /** One sentence for those who read the scrape. */
  readonly help: string;
  /** Names of its labels. Each must be given whenever a series is asked for. @default none */
  readonly labels?: readonly Label[];
  /**
   * Labels whose values come from outside and may be many. Past `maxSeries` these alone become `other`, so that what a rule
   * asks for, such as a status, stays. @default none
   */
  readonly open?: readonly Label[];
  /** Series kept apart, at least 1; see `Counter.with` for what comes after. @default 1000 */
  readonly maxSeries?: number;
}

/** A histogram's definition. */
export interface HistogramDefinition<Label extends string = string> extends MetricDefinition<Label> {
  /** Upper bounds of the buckets, rising, each a finite number; a bucket for all above is added. */
  readonly buckets: readonly number[];
}

/** The definition of a counter of values that may be without number; see `FrequentCounter`. */
export interface FrequentDefinition {
  readonly name: string;
  readonly help: string;
  /** Name of its only label. */
  readonly label: string;
  /** Values kept apart, at least 1. @default 100 */
  readonly seats?: number;
}

/** The kinds of metrics of the exposition format. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws `ERR_PERF_INVALID_OPTION` when the exposition format, or promtool's advice on names, forbids the definition. */
export function checkDefinition(type: MetricType, definition: MetricDefinition): void {
  const { name, labels = [], open = [], maxSeries = 1000 } = definition;
  const refuse = (fault: string): never => {
    throw new PerfError('ERR_PERF_INVALID_OPTION', `metric ${JSON.stringify(name)}: ${fault}`);
  };
  if (!NAME.test(name)) refuse('is not a metric name');
  if (name.endsWith('_total') !== (type === 'counter'))
    refuse(`a counter ends in _total, a ${type} was asked for`);
  for (const label of labels)
    if (!LABEL.test(label) || label === 'le') refuse(`${JSON.stringify(label)} is not a label name`);
  if (new Set(labels).size !== labels.length) refuse('a label comes twice');
  for (const label of open)
    if (!labels.includes(label)) refuse(`open label ${label} is not among its labels`);
  if (!Number.isSafeInteger(maxSeries) || maxSeries < 1)
    refuse(`maxSeries must be a whole number of at least 1, got ${maxSeries}`);
}

/** Throws `ERR_PERF_INVALID_OPTION` unless the bounds are finite, rising and at least one. */
export function checkBuckets(name: string, buckets: readonly number[]): void {
  const rises = buckets.every((bound, i) => Number.isFinite(bound) && bound > (buckets[i - 1] ?? -Infinity));
  if (buckets.length === 0 || !rises)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `metric ${JSON.stringify(name)}: buckets must be finite and rising, got ${buckets.join(' ')}`,
    );
}
