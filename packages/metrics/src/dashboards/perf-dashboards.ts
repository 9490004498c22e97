import { DEFAULT_DOMAIN, type Domain, inDomain } from '../domain.ts';
import type { Dashboard, Panel, PanelQuery } from './dashboard.ts';

const RATE = 'sum(rate(http_requests_total[5m]))';
const HITS = 'sum by (cache) (rate(cache_hits_total[5m]))';
const MISSES = 'sum by (cache) (rate(cache_misses_total[5m]))';

function query(expression: string, legend: string): PanelQuery {
  return { expression, legend };
}

function latency(quantile: number, by: string): string {
  return `histogram_quantile(${quantile}, sum by (${by}) (rate(http_request_duration_seconds_bucket[5m])))`;
}

const API: Dashboard = {
  id: 'perf-api',
  title: 'API performance',
  range: '24h',
  refresh: '30s',
  panels: [
    {
      title: 'Requests a second, and median response time',
      kind: 'lines',
      unit: 'short',
      queries: [query(RATE, 'requests/s'), query(latency(0.5, 'le'), 'median, s')],
    },
    {
      title: 'Share of errors',
      kind: 'lines',
      unit: 'percentunit',
      queries: [query('error_rate_by_endpoint', '{{endpoint}}')],
    },
    {
      title: 'Response time, 95 and 99 of 100',
      kind: 'lines',
      unit: 's',
      queries: [
        query(latency(0.95, 'le, endpoint'), 'p95 {{endpoint}}'),
        query(latency(0.99, 'le, endpoint'), 'p99 {{endpoint}}'),
      ],
    },
    {
      title: 'Throughput against response time',
      kind: 'against',
      unit: 's',
      queries: [query(RATE, 'requests/s'), query(latency(0.95, 'le'), 'p95')],
    },
  ],
};

const INFRASTRUCTURE: Dashboard = {
  id: 'perf-infrastructure',
  title: 'Infrastructure',
  range: '4h',
  refresh: '1m',
  panels: [
    {
      title: 'Processor and memory',
      kind: 'lines',
      unit: 'percent',
      queries: [query('cpu_usage_percent', 'processor'), query('memory_usage_percent', 'memory')],
    },
    {
      title: 'Database: time of queries (s), share of connections in use',
      kind: 'lines',
      unit: 'short',
      queries: [
        query('histogram_quantile(0.95, sum by (le) (rate(db_query_duration_seconds_bucket[5m])))', 'p95, s'),
        query('db_connections_active / db_connections_max', 'connections {{pool}}'),
      ],
    },
    {
      title: 'Cache: share of hits, memory',
      kind: 'lines',
      unit: 'short',
      queries: [
        query(`${HITS} / (${HITS} + ${MISSES})`, 'hits {{cache}}'),
        query('cache_memory_usage_bytes', 'bytes {{cache}}'),
        query('redis_memory_usage_bytes', 'bytes {{server}}'),
      ],
    },
    {
      title: 'Network',
      kind: 'lines',
      unit: 'Bps',
      queries: [query('sum by (direction) (rate(network_io_bytes_total[5m]))', '{{direction}}')],
    },
  ],
};

const BUSINESS: Dashboard = {
  id: 'perf-business',
  title: 'Business',
  range: '7d',
  refresh: '5m',
  panels: [
    {
      title: 'Requests a second by plan and endpoint',
      kind: 'lines',
      unit: 'reqps',
      queries: [query('sum by (tier, endpoint) (rate(http_requests_total[1h]))', '{{tier}} {{endpoint}}')],
    },
    {
      title: 'The ten most asked for in a week',
      kind: 'bars',
      unit: 'short',
      queries: [query('topk(10, sum by (entity) (increase(companies_queried_total[7d])))', '{{entity}}')],
    },
    {
      title: 'Quality of data',
      kind: 'lines',
      unit: 'percentunit',
      queries: [query('min by (dataset, check) (data_quality_ratio)', '{{dataset}} {{check}}')],
    },
    {
      title: 'Active users',
      kind: 'lines',
      unit: 'short',
      queries: [query('active_users', '{{tier}}')],
    },
  ],
};

/**
 * The three dashboards that go with `METRICS`; `grafanaJson` prints one. They need the recording rules of `perfRules`.
 * @param domain that of `createMetrics`
 */
export function perfDashboards(domain: Domain = DEFAULT_DOMAIN): readonly Dashboard[] {
  const panel = (given: Panel): Panel => ({
    ...given,
    queries: given.queries.map(({ expression, legend }) => query(inDomain(expression, domain), legend)),
  });
  return [API, INFRASTRUCTURE, BUSINESS].map((dashboard) => {
    const [first, second, third, fourth] = dashboard.panels;
    return { ...dashboard, panels: [panel(first), panel(second), panel(third), panel(fourth)] };
  });
}
