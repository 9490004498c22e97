import { availabilityBudget } from './availability.ts';
import type { AlertRule, RecordingRule, RuleSet } from './rule.ts';

/** What `perfRules` takes. */
export interface RuleOptions {
  /** Share of requests that must succeed; sets both alerts of the error budget. @default 0.999 */
  readonly availability?: number;
}

/** Shares of requests, ready for panels. */
const RECORDING: readonly RecordingRule[] = [
  {
    record: 'error_rate_by_endpoint',
    expression:
      '(sum by (endpoint) (rate(http_requests_total{status=~"5.."}[5m])) or 0 * sum by (endpoint) (rate(http_requests_total[5m]))) / sum by (endpoint) (rate(http_requests_total[5m]))',
  },
  {
    record: 'error_rate_by_status_code',
    expression:
      'sum by (status) (rate(http_requests_total{status=~"[45].."}[5m])) / ignoring(status) group_left sum(rate(http_requests_total[5m]))',
  },
];

const P95 = 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))';
const P95_BY_ENDPOINT =
  'histogram_quantile(0.95, sum by (le, endpoint) (rate(http_request_duration_seconds_bucket[5m])))';
const HITS = 'sum(rate(cache_hits_total[5m]))';
const MISSES = 'sum(rate(cache_misses_total[5m]))';

/** The alerts that do not depend on an availability. */
const ALERTS: readonly AlertRule[] = [
  {
    alert: 'HighResponseTime',
    severity: 'critical',
    lasting: '2m',
    expression: `${P95} > 2`,
    summary: 'One request in twenty takes longer than 2 s.',
  },
  {
    alert: 'HighErrorRate',
    severity: 'critical',
    lasting: '1m',
    expression: `${errorShare('5m')} > 0.05`,
    summary: 'More than 5 % of the requests fail.',
  },
  {
    alert: 'DatabaseConnectionsExhausted',
    severity: 'critical',
    lasting: '30s',
    expression: 'db_connections_active / db_connections_max > 0.95',
    summary: 'More than 95 % of the connections of a pool are in use.',
  },
  {
    alert: 'IncreasedResponseTime',
    severity: 'warning',
    lasting: '5m',
    expression: `${P95} > 1`,
    summary: 'One request in twenty takes longer than 1 s.',
  },
  {
    alert: 'LowCacheHitRate',
    severity: 'warning',
    lasting: '10m',
    expression: `${HITS} / (${HITS} + ${MISSES}) < 0.8`,
    summary: 'The caches answer less than 80 % of the reads.',
  },
  {
    alert: 'HighCPUUsage',
    severity: 'warning',
    lasting: '5m',
    expression: 'cpu_usage_percent > 80',
    summary: 'More than 80 % of the processor time is used.',
  },
  {
    alert: 'CacheEvictions',
    severity: 'warning',
    lasting: '10m',
    expression: 'sum(increase(cache_evictions_total[1h])) / sum(cache_entries) > 0.05',
    summary: 'The caches drop more than 5 % of their entries an hour to make room.',
  },
  {
    alert: 'ScaleOutCPU',
    severity: 'info',
    lasting: '10m',
    expression: 'cpu_usage_percent > 70',
    summary: 'More than 70 % of the processor time is used: add an instance.',
  },
  {
    alert: 'ScaleOutMemory',
    severity: 'info',
    lasting: '5m',
    expression: 'memory_usage_percent > 80',
    summary: 'More than 80 % of the memory is used: add an instance.',
  },
  {
    alert: 'ScaleOutLatency',
    severity: 'info',
    lasting: '5m',
    expression: `${P95_BY_ENDPOINT} > on (endpoint) 1.5 * http_request_duration_baseline_seconds`,
    summary: 'An endpoint takes half as long again as is normal: add an instance.',
  },
];

/**
 * The recording rules and alerts that go with `METRICS`; `rulesYaml` prints them. Each is tested to fire, to stay silent, and to
 * stay silent without traffic.
 */
export function perfRules({ availability = 0.999 }: RuleOptions = {}): RuleSet {
  const { fastBurn, slowBurn } = availabilityBudget(availability);
  const budget: readonly AlertRule[] = [
    {
      alert: 'ErrorBudgetFast',
      severity: 'critical',
      lasting: '2m',
      expression: burns(fastBurn, '1h', '5m'),
      summary: 'Errors use up the budget of a month within two days.',
    },
    {
      alert: 'ErrorBudgetSlow',
      severity: 'warning',
      lasting: '15m',
      expression: burns(slowBurn, '6h', '30m'),
      summary: 'Errors use up the budget of a month within five days.',
    },
  ];
  return { recording: RECORDING, alerts: [...ALERTS, ...budget] };
}

/** Both windows: the long one makes sure, the short one ends the alert soon after the errors. */
function burns(share: number, long: string, short: string): string {
  return `${errorShare(long)} > ${share} and ${errorShare(short)} > ${share}`;
}

function errorShare(range: string): string {
  return `sum(rate(http_requests_total{status=~"5.."}[${range}])) / sum(rate(http_requests_total[${range}]))`;
}
