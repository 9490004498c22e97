import {
  BUCKETS,
  METRICS,
  Registry,
  availabilityBudget,
  createMetrics,
  grafanaJson,
  perfDashboards,
  perfRules,
} from '@perf/metrics';
import { describe, expect, it } from 'vitest';
import {
  FOUNDING_ALERTS,
  FOUNDING_DASHBOARDS,
  FOUNDING_LABELS,
  FOUNDING_METRICS,
  FOUNDING_RECORDS,
} from './founding-names.ts';

/** What the channels of rewrites, exports and jobs tell. */
const OWN_METRICS = [
  'query_rewrites_total',
  'exports_total',
  'export_rows_total',
  'export_bytes_total',
  'export_jobs_total',
];

function namesOf(registry: Registry): string[] {
  return [...registry.metrics()].map(({ name }) => name);
}

describe('METRICS', () => {
  it('registers every founding name, and five of our own', () => {
    const registry = new Registry();

    createMetrics(registry);

    expect(new Set(namesOf(registry))).toEqual(new Set([...FOUNDING_METRICS, ...OWN_METRICS]));
  });

  it('has the founding labels where they are given', () => {
    const labels = Object.values(METRICS).map((row) => [row.name, 'label' in row ? [row.label] : row.labels]);

    expect(Object.fromEntries(labels)).toMatchObject(FOUNDING_LABELS);
  });

  it('names the domain in two metrics alone', () => {
    const registry = new Registry();

    createMetrics(registry, { entities: 'airports', statements: 'reports' });

    const known = new Set([...FOUNDING_METRICS, ...OWN_METRICS]);
    const changed = namesOf(registry).filter((name) => !known.has(name));
    expect(changed).toEqual(['airports_queried_total', 'reports_generated_total']);
  });

  it('has a bucket at every limit of a response time', () => {
    const limits = [0.1, 0.5, 0.05, 0.2, 1, 5, 30, 0.8, 1.5, 3, 0.3, 0.6, 1.2, 2.5, 10, 2];

    expect(BUCKETS.duration).toEqual(expect.arrayContaining(limits));
  });
});

describe('perfRules', () => {
  it('has every founding recording rule', () => {
    const { recording } = perfRules();

    expect(Object.fromEntries(recording.map(({ record, expression }) => [record, expression]))).toEqual(
      FOUNDING_RECORDS,
    );
  });

  it('has every founding alert with its severity, time and expression', () => {
    const alerts = perfRules().alerts.map(({ alert, severity, lasting, expression }) => [
      alert,
      [severity, lasting, expression],
    ]);

    expect(Object.fromEntries(alerts)).toEqual(FOUNDING_ALERTS);
  });

  it('takes the thresholds of the error budget from the availability', () => {
    const [fast, slow] = perfRules({ availability: 0.99 }).alerts.slice(-2);

    expect(fast?.expression).toContain('> 0.144 and');
    expect(slow?.expression).toContain('> 0.06 and');
  });
});

describe('availabilityBudget', () => {
  it('gives 43.2 minutes a month to 99.9 %', () => {
    expect(availabilityBudget(0.999)).toEqual({
      errorShare: 0.001,
      minutesAMonth: 43.2,
      fastBurn: 0.0144,
      slowBurn: 0.006,
    });
  });

  it.each([0, 1, 99.9, Number.NaN])('refuses %s', (availability) => {
    expect(() => availabilityBudget(availability)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('perfDashboards', () => {
  it('asks what the founding panels ask', () => {
    const shown = perfDashboards().map(({ title, range, refresh, panels }) => [
      title,
      [range, refresh, panels.map(({ queries }) => queries.map(({ expression }) => expression))],
    ]);

    expect(Object.fromEntries(shown)).toEqual(FOUNDING_DASHBOARDS);
  });

  it('speaks of the domain', () => {
    const text = JSON.stringify(perfDashboards({ entities: 'airports', statements: 'reports' }));

    expect(text).toContain('airports_queried_total');
    expect(text).not.toContain('companies');
  });

  it('prints what Grafana imports: four panels apart, each query with a letter', () => {
    const [api] = perfDashboards();
    if (api === undefined) throw new Error('no dashboard');

    const json: unknown = JSON.parse(grafanaJson(api));

    expect(json).toMatchObject({
      uid: 'perf-api',
      refresh: '30s',
      time: { from: 'now-24h', to: 'now' },
      panels: [
        { type: 'timeseries', gridPos: { x: 0, y: 0 }, targets: [{ refId: 'A' }, { refId: 'B' }] },
        { type: 'timeseries', gridPos: { x: 12, y: 0 }, targets: [{ expr: 'error_rate_by_endpoint' }] },
        { type: 'timeseries', gridPos: { x: 0, y: 9 } },
        { type: 'xychart', gridPos: { x: 12, y: 9 }, transformations: [{ id: 'joinByField' }] },
      ],
    });
  });
});
