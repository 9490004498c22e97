import type { RuleSet } from '@perf/metrics';

/** One series of a scene: a gauge stays at `start`, a counter rises by `step` every 15 s. */
export interface SceneSeries {
  readonly series: string;
  /** As promtool writes values. */
  readonly values: string;
}

/** What Prometheus sees during a test. */
export type Scene = readonly SceneSeries[];

/** When an alert must fire, and when it must not. */
export interface AlertCase {
  /** Just above the limit. */
  readonly firing: Scene;
  /** Labels of the alert that fires, besides its severity; one alert fires. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Just below the limit, and other states in which nobody should be called. */
  readonly silent: readonly Scene[];
}

/** What a recording rule must give. */
export interface RecordingCase {
  readonly scene: Scene;
  readonly samples: Readonly<Record<string, number>>;
  /** Without errors. */
  readonly calm: Scene;
  readonly calmSamples: Readonly<Record<string, number>>;
}

/** An hour and a half in steps of 15 s; a window that is longer sees what there is. */
const STEPS = 360;
const AT = '90m';

function gauge(series: string, value: number): SceneSeries {
  return { series, values: `${value}+0x${STEPS}` };
}

function counter(series: string, step: number): SceneSeries {
  return { series, values: `0+${step}x${STEPS}` };
}

/** Of 100 requests a step so many are answered within `limit` seconds, the rest within the next bucket. */
function latency(limit: number, within: number, labels = ''): Scene {
  const bucket = (le: string, step: number): SceneSeries =>
    counter(`http_request_duration_seconds_bucket{${labels}le="${le}"}`, step);
  return [
    bucket(String(limit / 2), 0),
    bucket(String(limit), within),
    bucket(String(limit + 0.2), 100),
    bucket('+Inf', 100),
  ];
}

function requests(failed: number): Scene {
  return [
    counter('http_requests_total{endpoint="/a",status="200"}', 100 - failed),
    counter('http_requests_total{endpoint="/a",status="503"}', failed),
  ];
}

/** Errors at first, none for the last so many steps. */
function recovered(failed: number, steps: number): Scene {
  const before = STEPS - steps;
  return [
    counter('http_requests_total{endpoint="/a",status="200"}', 100),
    {
      series: 'http_requests_total{endpoint="/a",status="503"}',
      values: `0+${failed}x${before} ${failed * before}+0x${steps}`,
    },
  ];
}

function pool(active: number): Scene {
  return [gauge('db_connections_active{pool="p"}', active), gauge('db_connections_max{pool="p"}', 100)];
}

function cache(hits: number): Scene {
  return [
    counter('cache_hits_total{cache="c",level="memory"}', hits),
    counter('cache_misses_total{cache="c"}', 100 - hits),
  ];
}

function evictions(step: number): Scene {
  return [counter('cache_evictions_total{cache="c"}', step), gauge('cache_entries{cache="c"}', 1000)];
}

const ENDPOINT = 'endpoint="/a",';
const BASELINE = gauge('http_request_duration_baseline_seconds{endpoint="/a"}', 0.4);

/** The cases of every alert. */
export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  HighResponseTime: { firing: latency(2, 94), silent: [latency(2, 96)] },
  HighErrorRate: { firing: requests(6), silent: [requests(4)] },
  DatabaseConnectionsExhausted: { firing: pool(96), labels: { pool: 'p' }, silent: [pool(95)] },
  IncreasedResponseTime: { firing: latency(1, 94), silent: [latency(1, 96)] },
  LowCacheHitRate: { firing: cache(79), silent: [cache(81)] },
  HighCPUUsage: { firing: [gauge('cpu_usage_percent', 80.5)], silent: [[gauge('cpu_usage_percent', 80)]] },
  ErrorBudgetFast: { firing: requests(2), silent: [requests(1), recovered(2, 24)] },
  ErrorBudgetSlow: { firing: requests(1), silent: [requests(0.5), recovered(1, 124)] },
  // 1000 entries, 240 steps an hour: 60 and 48 evictions.
  CacheEvictions: { firing: evictions(0.25), silent: [evictions(0.2)] },
  ScaleOutCPU: { firing: [gauge('cpu_usage_percent', 70.5)], silent: [[gauge('cpu_usage_percent', 70)]] },
  ScaleOutMemory: {
    firing: [gauge('memory_usage_percent', 80.5)],
    silent: [[gauge('memory_usage_percent', 80)]],
  },
  ScaleOutLatency: {
    firing: [...latency(0.6, 94, ENDPOINT), BASELINE],
    labels: { endpoint: '/a' },
    silent: [[...latency(0.6, 96, ENDPOINT), BASELINE], latency(0.6, 94, ENDPOINT)],
  },
};

const OK_B = counter('http_requests_total{endpoint="/b",status="200"}', 2);
const OK_A = counter('http_requests_total{endpoint="/a",status="200"}', 1);
const FAILED_A = counter('http_requests_total{endpoint="/a",status="500"}', 1);

/** The cases of every recording rule. */
export const RECORDING_CASES: Readonly<Record<string, RecordingCase>> = {
  error_rate_by_endpoint: {
    scene: [OK_A, FAILED_A, OK_B],
    samples: { 'error_rate_by_endpoint{endpoint="/a"}': 0.5, 'error_rate_by_endpoint{endpoint="/b"}': 0 },
    calm: [OK_A, OK_B],
    calmSamples: { 'error_rate_by_endpoint{endpoint="/a"}': 0, 'error_rate_by_endpoint{endpoint="/b"}': 0 },
  },
  error_rate_by_status_code: {
    scene: [OK_A, FAILED_A, counter('http_requests_total{endpoint="/b",status="404"}', 2)],
    samples: {
      'error_rate_by_status_code{status="404"}': 0.5,
      'error_rate_by_status_code{status="500"}': 0.25,
    },
    calm: [OK_A, OK_B],
    calmSamples: {},
  },
};

/** The same series without anything happening: counters stand still, gauges have no source. */
function idle(scene: Scene): Scene {
  return scene
    .filter(({ series }) => /_(?:total|bucket)\{/.test(series))
    .map(({ series }) => ({ series, values: `7+0x${STEPS}` }));
}

/**
 * A file for `promtool test rules` that tests one rule: that it fires, not too early; that it is silent just below its limit; that
 * it is silent without traffic, with series and without. Undefined when the rule has no case. It is JSON, which YAML includes.
 */
export function promtoolTest(rules: RuleSet, name: string, rulesFile: string): string | undefined {
  const tests = alertTests(rules, name) ?? recordingTests(name);
  if (tests === undefined) return undefined;
  return JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '15s', tests }, undefined, 1);
}

function alertTests(rules: RuleSet, name: string): object[] | undefined {
  const rule = rules.alerts.find(({ alert }) => alert === name);
  const given = ALERT_CASES[name];
  if (rule === undefined || given === undefined) return undefined;
  const fired = {
    exp_labels: { ...given.labels, severity: rule.severity },
    exp_annotations: { summary: rule.summary },
  };
  const none = (scene: Scene): object =>
    test(scene, { alert_rule_test: [{ eval_time: AT, alertname: name, exp_alerts: [] }] });
  return [
    test(given.firing, {
      alert_rule_test: [
        { eval_time: justBefore(rule.lasting), alertname: name, exp_alerts: [] },
        { eval_time: AT, alertname: name, exp_alerts: [fired] },
      ],
    }),
    ...given.silent.map(none),
    none(idle(given.firing)),
    none([]),
  ];
}

function recordingTests(name: string): object[] | undefined {
  const given = RECORDING_CASES[name];
  if (given === undefined) return undefined;
  const expects = (scene: Scene, expression: string, samples: Readonly<Record<string, number>>): object =>
    test(scene, {
      promql_expr_test: [
        {
          expr: expression,
          eval_time: AT,
          exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
        },
      ],
    });
  return [
    expects(given.scene, name, given.samples),
    expects(given.calm, name, given.calmSamples),
    // Without traffic a share is NaN, which no comparison passes.
    expects(idle(given.scene), `${name} >= 0`, {}),
    expects([], name, {}),
  ];
}

function test(scene: Scene, expectations: object): object {
  return { interval: '15s', input_series: scene, ...expectations };
}

/** A step before an alert may fire, for one whose condition holds from the beginning. */
function justBefore(lasting: string): string {
  const seconds = Number.parseInt(lasting, 10) * (lasting.endsWith('m') ? 60 : 1);
  return `${seconds - 15}s`;
}
