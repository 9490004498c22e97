import { BUCKETS } from './buckets.ts';
import type { Counter } from './counter.ts';
import { DEFAULT_DOMAIN, type Domain, inDomain } from './domain.ts';
import type { FrequentCounter } from './frequent-counter.ts';
import type { Gauge } from './gauge.ts';
import type { Histogram } from './histogram.ts';
import { METRICS } from './metric-table.ts';
import type { Metric, Registry } from './registry.ts';

type Table = typeof METRICS;
type LabelOf<Row> = Row extends { readonly labels: readonly (infer Label extends string)[] } ? Label : never;
type MetricOf<Row> = Row extends { readonly type: 'counter' }
  ? Counter<LabelOf<Row>>
  : Row extends { readonly type: 'gauge' }
    ? Gauge<LabelOf<Row>>
    : Row extends { readonly type: 'histogram' }
      ? Histogram<LabelOf<Row>>
      : FrequentCounter;

/** The metrics of `METRICS`, ready to be counted. */
export type PerfMetrics = { readonly [Key in keyof Table]: MetricOf<Table[Key]> };

/**
 * Makes every metric of `METRICS` in a registry. None shows anything before it is used.
 * Throws `ERR_PERF_INVALID_OPTION` when the registry has one of the names already.
 * @param domain names what the API is about; default companies and statements
 *
 * @example
 * const metrics = createMetrics(registry, { entities: 'airports', statements: 'reports' });
 * metrics.entitiesQueried.count('JFK'); // airports_queried_total{entity="JFK"} 1
 */
export function createMetrics(registry: Registry, domain: Domain = DEFAULT_DOMAIN): PerfMetrics {
  const made: Record<string, Metric> = {};
  for (const [key, row] of Object.entries(METRICS)) made[key] = metricOf(registry, row, domain);
  // Each metric was made from its own row, whose type says what it is.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return made as PerfMetrics;
}

function metricOf(registry: Registry, row: Table[keyof Table], domain: Domain): Metric {
  const name = inDomain(row.name, domain);
  switch (row.type) {
    case 'counter':
      return registry.counter<string>({ ...row, name });
    case 'gauge':
      return registry.gauge<string>({ ...row, name });
    case 'histogram':
      return registry.histogram<string>({ ...row, name, buckets: BUCKETS[row.buckets] });
    case 'frequent':
      return registry.frequent({ ...row, name });
  }
}
