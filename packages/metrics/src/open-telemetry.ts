import type { Metric, Registry } from './registry.ts';

/** What is used of a `Meter` of `@opentelemetry/api`. It is passed in; this package loads nothing of OpenTelemetry. */
export interface MeterLike<Instrument> {
  createObservableCounter(name: string, options?: { description?: string }): Instrument;
  createObservableGauge(name: string, options?: { description?: string }): Instrument;
  addBatchObservableCallback(callback: BatchCallback<Instrument>, instruments: Instrument[]): void;
  removeBatchObservableCallback(callback: BatchCallback<Instrument>, instruments: Instrument[]): void;
}

/** Called by OpenTelemetry at each of its readings. */
export type BatchCallback<Instrument> = (result: {
  observe(instrument: Instrument, value: number, attributes?: Record<string, string>): void;
}) => Promise<void>;

/** Tells a number of one instrument. */
type Observe = (value: number, attributes: Record<string, string>) => void;

/**
 * Hands the metrics that are in the registry now to an OpenTelemetry meter, which reads them when it exports; counting costs no
 * more than before. Counters become observable counters, gauges observable gauges. Observable histograms do not exist there: a
 * histogram becomes three observable counters, `_bucket` (cumulated, attribute `le`), `_sum` and `_count`, as in Prometheus.
 * Disposing ends it.
 *
 * @example
 * using bridge = bridgeToMeter(registry, metrics.getMeter('perf'));
 */
export function bridgeToMeter<Instrument>(registry: Registry, meter: MeterLike<Instrument>): Disposable {
  const bridged = [...registry.metrics()].map((metric) => ({
    metric,
    instruments: suffixesOf(metric).map((suffix) => instrumentOf(meter, metric, suffix)),
  }));
  const callback: BatchCallback<Instrument> = async (result) => {
    await registry.collect();
    for (const { metric, instruments } of bridged) {
      const observers = instruments.map(
        (instrument): Observe =>
          (value, attributes) =>
            result.observe(instrument, value, attributes),
      );
      tell(metric, observers);
    }
  };
  const all = bridged.flatMap(({ instruments }) => instruments);
  meter.addBatchObservableCallback(callback, all);
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(callback, all) };
}

function suffixesOf({ type }: Metric): readonly string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
}

function instrumentOf<Instrument>(meter: MeterLike<Instrument>, metric: Metric, suffix: string): Instrument {
  const name = `${metric.name}${suffix}`;
  const options = { description: metric.help };
  return metric.type === 'gauge'
    ? meter.createObservableGauge(name, options)
    : meter.createObservableCounter(name, options);
}

function tell(metric: Metric, [first, tellSum, tellCount]: readonly Observe[]): void {
  for (const series of metric.series()) {
    const attributes = { ...series.labels.values };
    if (!('counts' in series)) {
      first?.(series.value, attributes);
      continue;
    }
    const bounds = metric.type === 'histogram' ? metric.buckets : [];
    let count = 0;
    for (const [i, inBucket] of series.counts.entries()) {
      count += inBucket;
      first?.(count, { ...attributes, le: String(bounds[i] ?? '+Inf') });
    }
    tellSum?.(series.sum, attributes);
    tellCount?.(count, attributes);
  }
}
