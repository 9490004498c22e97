import { Registry } from '@perf/metrics';
import * as fc from 'fast-check';
import * as peer from 'prom-client';
import { describe, expect, it } from 'vitest';
import { samplesOf, textOf } from './read-text.ts';

const value = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.constantFrom(0, 0.1, 0.5, 1, 2.5, 5, 1e-9, 1e21, 2 ** 53),
);
/** Values that both print: those we refuse are tested on their own. */
const label = fc.constantFrom('GET', 'a"b', 'a\\b', '\\', '"', 'ü', '{x="y"}', 'a,b', '😀', '\\n', ' ');
const event = fc.oneof(
  fc.record({ kind: fc.constant('count'), a: label, b: label, value }),
  fc.record({ kind: fc.constant('set'), a: label, b: label, value }),
  fc.record({ kind: fc.constant('observe'), a: label, b: label, value }),
);
const buckets = [0.1, 0.5, 1, 2.5, 100];

describe('the same events, counted by prom-client', () => {
  it.each(['prometheus', 'openmetrics'] as const)('give the same samples in %s text', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const ours = new Registry();
        const theirs = new peer.Registry<peer.RegistryContentType>();
        if (format === 'openmetrics') theirs.setContentType(peer.Registry.OPENMETRICS_CONTENT_TYPE);
        const labelNames = ['a', 'b'] as const;
        const registers = [theirs];
        const sets = {
          counter: ours.counter({ name: 'c_total', help: 'c', labels: labelNames }),
          gauge: ours.gauge({ name: 'g', help: 'g', labels: labelNames }),
          histogram: ours.histogram({ name: 'h', help: 'h', labels: labelNames, buckets }),
        };
        const name = format === 'openmetrics' ? 'c' : 'c_total';
        const counter = new peer.Counter({ name, help: 'c', labelNames, registers });
        const gauge = new peer.Gauge({ name: 'g', help: 'g', labelNames, registers });
        const histogram = new peer.Histogram({ name: 'h', help: 'h', labelNames, buckets, registers });

        for (const { kind, a, b, value: amount } of events) {
          if (kind === 'count') {
            sets.counter.with({ a, b }).add(amount);
            counter.labels({ a, b }).inc(amount);
          }
          if (kind === 'set') {
            sets.gauge.with({ a, b }).set(amount);
            gauge.labels({ a, b }).set(amount);
          }
          if (kind === 'observe') {
            sets.histogram.with({ a, b }).observe(amount);
            histogram.labels({ a, b }).observe(amount);
          }
        }

        // prom-client writes whole bounds as 1 in OpenMetrics too, where the format wants 1.0.
        const text = (await textOf(ours, format)).replaceAll('.0"}', '"}');
        expect(samplesOf(text)).toEqual(samplesOf(await theirs.metrics()));
      }),
    );
  });
});
