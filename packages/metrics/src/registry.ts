import { PerfError } from '@perf/contracts';
import { Counter } from './counter.ts';
import type { FrequentDefinition, HistogramDefinition, MetricDefinition } from './definition.ts';
import { FrequentCounter } from './frequent-counter.ts';
import { Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';

/** A metric of any kind. */
export type Metric = Counter | FrequentCounter | Gauge | Histogram;

/** Brings metrics up to date before they are read. */
export type Collector = () => void | Promise<void>;

/** What a registry takes. */
export interface RegistryOptions {
  /** How long collectors may take before the rest is shown without them, in ms; they go on in the background. @default 1000 */
  readonly collectTimeoutMs?: number;
  /** Told of a collector that failed. @default nobody */
  readonly onError?: (error: unknown) => void;
}

/** Metrics by name, and what brings them up to date. */
export class Registry {
  readonly #metrics = new Map<string, Metric>();
  readonly #collectors = new Set<Collector>();
  readonly #collectTimeoutMs: number;
  readonly #onError: (error: unknown) => void;

  constructor({ collectTimeoutMs = 1000, onError = () => undefined }: RegistryOptions = {}) {
    if (!(collectTimeoutMs > 0 && collectTimeoutMs < 2 ** 31))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `collectTimeoutMs must be above 0, got ${collectTimeoutMs}`,
      );
    this.#collectTimeoutMs = collectTimeoutMs;
    this.#onError = onError;
  }

  /** Makes a counter. Like its siblings it throws `ERR_PERF_INVALID_OPTION` for a bad definition, or a name that is taken. */
  counter<const Label extends string = never>(definition: MetricDefinition<Label>): Counter<Label> {
    return this.#added(new Counter(definition));
  }

  gauge<const Label extends string = never>(definition: MetricDefinition<Label>): Gauge<Label> {
    return this.#added(new Gauge(definition));
  }

  histogram<const Label extends string = never>(definition: HistogramDefinition<Label>): Histogram<Label> {
    return this.#added(new Histogram(definition));
  }

  /** Makes a counter over values without number. */
  frequent(definition: FrequentDefinition): FrequentCounter {
    return this.#added(new FrequentCounter(definition));
  }

  /** All metrics, in the order in which they were made. */
  metrics(): IterableIterator<Metric> {
    return this.#metrics.values();
  }

  /** Calls `collector` before every reading, until the handle is disposed. One that fails or is late spoils nothing else. */
  onCollect(collector: Collector): Disposable {
    this.#collectors.add(collector);
    return { [Symbol.dispose]: () => void this.#collectors.delete(collector) };
  }

  /** Runs the collectors. Never rejects; resolves when all are done or `collectTimeoutMs` has passed. */
  async collect(): Promise<void> {
    if (this.#collectors.size === 0) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#collectTimeoutMs);
    const runs = [...this.#collectors].map(async (collector) => {
      try {
        await collector();
      } catch (error) {
        this.#onError(error);
      }
    });
    await Promise.race([Promise.all(runs), late.promise]);
    clearTimeout(timer);
  }

  #added<M extends { readonly name: string }>(metric: M & Metric): M {
    if (this.#metrics.has(metric.name))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `metric ${metric.name} exists already`);
    this.#metrics.set(metric.name, metric);
    return metric;
  }
}
