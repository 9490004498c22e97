/** The names of the founding table of metrics, as its readers look for them; see founding figures, metrics. */
export const FOUNDING_METRICS: readonly string[] = [
  'http_requests_total',
  'http_request_duration_seconds',
  'http_request_size_bytes',
  'http_response_size_bytes',
  'companies_queried_total',
  'statements_generated_total',
  'cache_hits_total',
  'cache_misses_total',
  'timeout_errors_total',
  'validation_errors_total',
  'cpu_usage_percent',
  'memory_usage_percent',
  'disk_usage_percent',
  'network_io_bytes_total',
  'db_connections_active',
  'db_query_duration_seconds',
  'db_queries_total',
  'db_slow_queries_total',
  'redis_memory_usage_bytes',
  'redis_connected_clients',
  'redis_operations_total',
  'redis_keyspace_hits_total',
  'db_connections_max',
  'redis_keyspace_misses_total',
  'cache_entries',
  'cache_evictions_total',
  'cache_memory_usage_bytes',
  'data_quality_ratio',
  'active_users',
  'http_request_duration_baseline_seconds',
];

/** Labels that the founding table gives; of the others it says nothing. */
export const FOUNDING_LABELS: Readonly<Record<string, readonly string[]>> = {
  http_requests_total: ['method', 'endpoint', 'status', 'tier'],
  http_request_duration_seconds: ['method', 'endpoint'],
  http_request_size_bytes: ['method', 'endpoint'],
  http_response_size_bytes: ['method', 'endpoint'],
  companies_queried_total: ['entity'],
  statements_generated_total: ['kind'],
  cache_hits_total: ['cache', 'level'],
  cache_misses_total: ['cache'],
  network_io_bytes_total: ['direction'],
  db_connections_active: ['pool'],
  db_connections_max: ['pool'],
  data_quality_ratio: ['dataset', 'check'],
  active_users: ['tier'],
  http_request_duration_baseline_seconds: ['endpoint'],
};

/** The names that founding rules record. */
export const FOUNDING_RECORDS: Readonly<Record<string, string>> = {
  error_rate_by_endpoint:
    '(sum by (endpoint) (rate(http_requests_total{status=~"5.."}[5m])) or 0 * sum by (endpoint) (rate(http_requests_total[5m]))) / sum by (endpoint) (rate(http_requests_total[5m]))',
  error_rate_by_status_code:
    'sum by (status) (rate(http_requests_total{status=~"[45].."}[5m])) / ignoring(status) group_left sum(rate(http_requests_total[5m]))',
};

/** The founding alerts: severity, time, expression. */
export const FOUNDING_ALERTS: Readonly<Record<string, readonly [string, string, string]>> = {
  HighResponseTime: [
    'critical',
    '2m',
    'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 2',
  ],
  HighErrorRate: [
    'critical',
    '1m',
    'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05',
  ],
  DatabaseConnectionsExhausted: ['critical', '30s', 'db_connections_active / db_connections_max > 0.95'],
  IncreasedResponseTime: [
    'warning',
    '5m',
    'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1',
  ],
  LowCacheHitRate: [
    'warning',
    '10m',
    'sum(rate(cache_hits_total[5m])) / (sum(rate(cache_hits_total[5m])) + sum(rate(cache_misses_total[5m]))) < 0.8',
  ],
  HighCPUUsage: ['warning', '5m', 'cpu_usage_percent > 80'],
  ErrorBudgetFast: [
    'critical',
    '2m',
    'sum(rate(http_requests_total{status=~"5.."}[1h])) / sum(rate(http_requests_total[1h])) > 0.0144 and sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.0144',
  ],
  ErrorBudgetSlow: [
    'warning',
    '15m',
    'sum(rate(http_requests_total{status=~"5.."}[6h])) / sum(rate(http_requests_total[6h])) > 0.006 and sum(rate(http_requests_total{status=~"5.."}[30m])) / sum(rate(http_requests_total[30m])) > 0.006',
  ],
  CacheEvictions: ['warning', '10m', 'sum(increase(cache_evictions_total[1h])) / sum(cache_entries) > 0.05'],
  ScaleOutCPU: ['info', '10m', 'cpu_usage_percent > 70'],
  ScaleOutMemory: ['info', '5m', 'memory_usage_percent > 80'],
  ScaleOutLatency: [
    'info',
    '5m',
    'histogram_quantile(0.95, sum by (le, endpoint) (rate(http_request_duration_seconds_bucket[5m]))) > on (endpoint) 1.5 * http_request_duration_baseline_seconds',
  ],
};

/** The founding dashboards: range, refresh, and the expressions of the four panels in order. */
export const FOUNDING_DASHBOARDS: Readonly<
  Record<string, readonly [range: string, refresh: string, panels: readonly (readonly string[])[]]>
> = {
  'API performance': [
    '24h',
    '30s',
    [
      [
        'sum(rate(http_requests_total[5m]))',
        'histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))',
      ],
      ['error_rate_by_endpoint'],
      [
        'histogram_quantile(0.95, sum by (le, endpoint) (rate(http_request_duration_seconds_bucket[5m])))',
        'histogram_quantile(0.99, sum by (le, endpoint) (rate(http_request_duration_seconds_bucket[5m])))',
      ],
      [
        'sum(rate(http_requests_total[5m]))',
        'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))',
      ],
    ],
  ],
  Infrastructure: [
    '4h',
    '1m',
    [
      ['cpu_usage_percent', 'memory_usage_percent'],
      [
        'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket[5m])))',
        'db_connections_active / db_connections_max',
      ],
      [
        'sum by (cache) (rate(cache_hits_total[5m])) / (sum by (cache) (rate(cache_hits_total[5m])) + sum by (cache) (rate(cache_misses_total[5m])))',
        'cache_memory_usage_bytes',
        'redis_memory_usage_bytes',
      ],
      ['sum by (direction) (rate(network_io_bytes_total[5m]))'],
    ],
  ],
  Business: [
    '7d',
    '5m',
    [
      ['sum by (tier, endpoint) (rate(http_requests_total[1h]))'],
      ['topk(10, sum by (entity) (increase(companies_queried_total[7d])))'],
      ['min by (dataset, check) (data_quality_ratio)'],
      ['active_users'],
    ],
  ],
};
