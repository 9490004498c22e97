import type { ChannelMessages } from '@perf/contracts';
import { PerfError, channels } from '@perf/contracts';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { PerfMetrics } from './create-metrics.ts';

/** What `recordChannels` takes. */
export interface RecordOptions {
  /** A query of the engine that takes longer counts as slow, in ms. @default 200 */
  readonly slowQueryMs?: number;
}

const TIMEOUT_CODES: ReadonlySet<string> = new Set(['ERR_PERF_LOAD_TIMEOUT', 'ERR_PERF_TIER_UNAVAILABLE']);
const VALIDATION_CODES: ReadonlySet<string> = new Set([
  'ERR_PERF_INVALID_QUERY',
  'ERR_PERF_INVALID_VALUE',
  'ERR_PERF_UNKNOWN_FIELD',
  'ERR_PERF_UNKNOWN_TABLE',
  'ERR_PERF_UNSUPPORTED_OPERATOR',
]);
const TIMEOUT_STATUS: ReadonlySet<number> = new Set([408, 504]);
const VALIDATION_STATUS: ReadonlySet<number> = new Set([400, 422]);

/**
 * Counts what Perf's packages publish on their diagnostics channels: requests, queries, cache events, rewrites, exports, jobs and pools. Disposing ends it.
 * A message with a time or size that is no number counts without it: a listener must not throw into its publisher.
 * Query keys, ids and rows are not looked at.
 *
 * @example
 * using recording = recordChannels(createMetrics(registry));
 */
export function recordChannels(metrics: PerfMetrics, { slowQueryMs = 200 }: RecordOptions = {}): Disposable {
  if (!(slowQueryMs >= 0))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `slowQueryMs must be 0 or more, got ${slowQueryMs}`);
  const subscriptions = [
    listen(channels.request, (message: ChannelMessages['request']) => recordRequest(metrics, message)),
    listen(channels.query, (message: ChannelMessages['query']) => recordQuery(metrics, message, slowQueryMs)),
    listen(channels.cache, (message: ChannelMessages['cache']) => recordCache(metrics, message)),
    listen(channels.rewrite, ({ rule }: ChannelMessages['rewrite']) =>
      metrics.queryRewrites.with({ rule }).add(),
    ),
    listen(channels.export, (message: ChannelMessages['export']) => recordExport(metrics, message)),
    listen(channels.job, (message: ChannelMessages['job']) => recordJob(metrics, message)),
    listen(channels.pool, (message: ChannelMessages['pool']) => recordPool(metrics, message)),
  ];
  return {
    [Symbol.dispose]() {
      for (const end of subscriptions) end();
    },
  };
}

function recordRequest(metrics: PerfMetrics, message: ChannelMessages['request']): void {
  const { method, endpoint, status, tier = 'none', requestBytes, responseBytes } = message;
  const route = { method, endpoint };
  metrics.httpRequests.with({ ...route, status: String(status), tier }).add();
  observe(metrics.httpRequestDuration.with(route), message.durationMs / 1000);
  if (requestBytes !== undefined) observe(metrics.httpRequestSize.with(route), requestBytes);
  if (responseBytes !== undefined) observe(metrics.httpResponseSize.with(route), responseBytes);
  if (TIMEOUT_STATUS.has(status)) metrics.timeoutErrors.with({ source: 'request' }).add();
  if (VALIDATION_STATUS.has(status)) metrics.validationErrors.with({ source: 'request' }).add();
}

function recordQuery(metrics: PerfMetrics, message: ChannelMessages['query'], slowQueryMs: number): void {
  const { engine, error, durationMs, source } = message;
  if (error !== undefined && TIMEOUT_CODES.has(error)) metrics.timeoutErrors.with({ source: 'query' }).add();
  if (error !== undefined && VALIDATION_CODES.has(error)) {
    metrics.validationErrors.with({ source: 'query' }).add();
    return;
  }
  if (source === 'cache') return;
  metrics.dbQueries.with({ engine }).add();
  metrics.dbSlowQueries.with({ engine }).add(durationMs > slowQueryMs ? 1 : 0);
  observe(metrics.dbQueryDuration.with({ engine }), durationMs / 1000);
}

function recordCache(metrics: PerfMetrics, { cache, event, tier = 'none' }: ChannelMessages['cache']): void {
  if (event === 'hit') metrics.cacheHits.with({ cache, level: tier }).add();
  if (event === 'miss') metrics.cacheMisses.with({ cache }).add();
  if (event === 'evict') metrics.cacheEvictions.with({ cache }).add();
}

function recordExport(metrics: PerfMetrics, { format, rows, bytes, error }: ChannelMessages['export']): void {
  metrics.exports.with({ format, outcome: error === undefined ? 'whole' : 'failed' }).add();
  if (isAmount(rows)) metrics.exportRows.with({ format }).add(rows);
  if (isAmount(bytes)) metrics.exportBytes.with({ format }).add(bytes);
}

function recordJob(metrics: PerfMetrics, { event }: ChannelMessages['job']): void {
  if (event !== 'progress') metrics.exportJobs.with({ event }).add();
}

function recordPool(metrics: PerfMetrics, { pool, active, max }: ChannelMessages['pool']): void {
  if (Number.isFinite(active)) metrics.dbConnectionsActive.with({ pool }).set(active);
  if (max !== undefined && Number.isFinite(max)) metrics.dbConnectionsMax.with({ pool }).set(max);
}

function observe(series: { observe(value: number): void }, value: number): void {
  if (isAmount(value)) series.observe(value);
}

function isAmount(value: number): boolean {
  return value >= 0 && value < Infinity;
}

/** Listens to one channel; its publishers keep to its shape. */
function listen<Message>(name: string, record: (message: Message) => void): () => void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const listener = (message: unknown): void => record(message as Message);
  subscribe(name, listener);
  return () => void unsubscribe(name, listener);
}
