import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { createNoopMeter } from '@opentelemetry/api';
import { Registry, bridgeToMeter } from '@perf/metrics';
import { describe, expect, it } from 'vitest';

/** The noop meter of the API, with what the bridge uses made to remember. */
class RememberingMeter {
  readonly kinds = new Map<string, string>();
  readonly callbacks = new Set<BatchObservableCallback>();
  readonly #names = new Map<Observable, string>();
  readonly meter: Meter = Object.assign(createNoopMeter(), {
    createObservableCounter: (name: string) => this.#made(name, 'counter'),
    createObservableGauge: (name: string) => this.#made(name, 'gauge'),
    addBatchObservableCallback: (callback: BatchObservableCallback) => void this.callbacks.add(callback),
    removeBatchObservableCallback: (callback: BatchObservableCallback) =>
      void this.callbacks.delete(callback),
  });

  #made(name: string, kind: string): Observable {
    const instrument: Observable = { addCallback: () => undefined, removeCallback: () => undefined };
    this.kinds.set(name, kind);
    this.#names.set(instrument, name);
    return instrument;
  }

  async read(): Promise<string[]> {
    const told: string[] = [];
    for (const callback of this.callbacks)
      await callback({
        observe: (instrument, value, attributes) =>
          void told.push(`${this.#names.get(instrument)} ${JSON.stringify(attributes)} ${value}`),
      });
    return told;
  }
}

describe('bridgeToMeter', () => {
  it('hands over every kind of metric with its labels, after the collectors ran', async () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'g', help: 'g' });
    registry
      .counter({ name: 'c_total', help: 'c', labels: ['a'] })
      .with({ a: 'x "y"' })
      .add(3);
    registry.frequent({ name: 'f_total', help: 'f', label: 'entity' }).count('JFK');
    const histogram = registry.histogram({ name: 'h', help: 'h', buckets: [1, 2] }).with();
    for (const value of [0.5, 1.5, 9]) histogram.observe(value);
    registry.onCollect(() => gauge.with().set(7));
    const remembering = new RememberingMeter();

    bridgeToMeter(registry, remembering.meter);

    expect(await remembering.read()).toEqual([
      'g {} 7',
      'c_total {"a":"x \\"y\\""} 3',
      'f_total {"entity":"JFK"} 1',
      'h_bucket {"le":"1"} 1',
      'h_bucket {"le":"2"} 2',
      'h_bucket {"le":"+Inf"} 3',
      'h_sum {} 11',
      'h_count {} 3',
    ]);
    expect(Object.fromEntries(remembering.kinds)).toEqual({
      g: 'gauge',
      c_total: 'counter',
      f_total: 'counter',
      h_bucket: 'counter',
      h_sum: 'counter',
      h_count: 'counter',
    });
  });

  it('hands over nothing after it is disposed', () => {
    const registry = new Registry();
    const remembering = new RememberingMeter();

    bridgeToMeter(registry, remembering.meter)[Symbol.dispose]();

    expect(remembering.callbacks.size).toBe(0);
  });
});
