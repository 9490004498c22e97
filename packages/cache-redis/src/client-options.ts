import { PerfError } from '@perf/contracts';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { RedisClient } from './redis-client.ts';
import { isCluster } from './redis-client.ts';

/** The part of ioredis' options that decides what an outage costs. */
export interface OutageOptions {
  readonly enableOfflineQueue: false;
  readonly commandTimeout: number;
  readonly maxRetriesPerRequest: number;
  readonly connectTimeout: number;
  readonly socketTimeout: number;
  readonly autoResendUnfulfilledCommands: false;
  readonly retryStrategy: (times: number) => number;
  readonly reconnectOnError: (error: Error) => 1 | false;
  readonly sentinelCommandTimeout: number;
  readonly sentinelRetryStrategy: (times: number) => number;
}

/** The same for a Cluster. */
export interface ClusterOutageOptions {
  readonly enableOfflineQueue: false;
  readonly maxRedirections: number;
  readonly retryDelayOnFailover: number;
  readonly retryDelayOnClusterDown: number;
  readonly slotsRefreshTimeout: number;
  readonly clusterRetryStrategy: (times: number) => number;
  readonly redisOptions: Pick<
    OutageOptions,
    | 'commandTimeout'
    | 'maxRetriesPerRequest'
    | 'connectTimeout'
    | 'socketTimeout'
    | 'autoResendUnfulfilledCommands'
  >;
}

const MAX_RETRY_MS = 200;
const MAX_COMMAND_MS = 1000;
const MAX_RETRIES = 3;
const connection = {
  commandTimeout: 250,
  maxRetriesPerRequest: 1,
  connectTimeout: 1000,
  socketTimeout: 2000,
  autoResendUnfulfilledCommands: false,
} as const;
const retry = (times: number): number => Math.min(times * 50, MAX_RETRY_MS);

/**
 * Options for the client of a cache, to spread into `new Redis(…)`: a call fails within 250 ms when the server does not answer and at
 * once while there is no connection, a dead connection is given up after 2 s, and a new one is tried at least every 200 ms.
 *
 * @example
 * const redis = new Redis({ ...redisOptions, host: 'cache.internal' });
 */
export const redisOptions: OutageOptions = {
  ...connection,
  enableOfflineQueue: false,
  retryStrategy: retry,
  // A master that became a replica: connect anew, to the one that is master now.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  // Only by Sentinel: one that hangs is passed over, and all are asked again soon.
  sentinelCommandTimeout: connection.commandTimeout,
  sentinelRetryStrategy: retry,
} satisfies RedisOptions;

/**
 * As `redisOptions`, for a Cluster.
 *
 * @example
 * const redis = new Cluster(nodes, clusterOptions);
 */
export const clusterOptions: ClusterOutageOptions = {
  enableOfflineQueue: false,
  maxRedirections: 4,
  retryDelayOnFailover: 100,
  retryDelayOnClusterDown: 100,
  slotsRefreshTimeout: 1000,
  clusterRetryStrategy: retry,
  redisOptions: connection,
} satisfies ClusterOptions;

/** Refuses a client whose options break the store, and says which options would make an outage long; undefined when none. */
export function judgeOptions(client: RedisClient): string | undefined {
  const all = valuesOf(client.options);
  const each = isCluster(client) ? valuesOf(all['redisOptions']) : all;
  if ((all['keyPrefix'] ?? '') !== '' || (each['keyPrefix'] ?? '') !== '')
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      'the client has a keyPrefix, which SCAN does not see; give the store a prefix',
    );
  const bad = [
    ...(all['enableOfflineQueue'] === false ? [] : [worse('enableOfflineQueue', all)]),
    ...(atMost(each['commandTimeout'], MAX_COMMAND_MS) ? [] : [worse('commandTimeout', each)]),
    ...(atMost(each['maxRetriesPerRequest'], MAX_RETRIES) ? [] : [worse('maxRetriesPerRequest', each)]),
    ...retryFaults(all, isCluster(client) ? 'clusterRetryStrategy' : 'retryStrategy'),
    ...sentinelFaults(all),
    ...(isCluster(client) && all['scaleReads'] !== 'master' ? [worse('scaleReads', all)] : []),
  ];
  if (bad.length === 0) return undefined;
  const name = isCluster(client) ? 'clusterOptions' : 'redisOptions';
  return `the Redis client's options let the cache wait long or read old values in an outage: ${bad.join(', ')}; spread ${name} of @perf/cache-redis into them`;
}

function valuesOf(options: unknown): Readonly<Record<string, unknown>> {
  return typeof options === 'object' && options !== null ? { ...options } : {};
}

function atMost(value: unknown, max: number): boolean {
  return typeof value === 'number' && value <= max;
}

function worse(name: string, options: Readonly<Record<string, unknown>>): string {
  return `${name} is ${String(options[name])}`;
}

/** What makes finding the master take long, for a client that asks Sentinel for it. */
function sentinelFaults(options: Readonly<Record<string, unknown>>): string[] {
  const { sentinels, sentinelCommandTimeout } = options;
  if (!Array.isArray(sentinels) || sentinels.length === 0) return [];
  const isBounded = atMost(sentinelCommandTimeout, MAX_COMMAND_MS);
  return [
    ...(isBounded ? [] : [worse('sentinelCommandTimeout', options)]),
    ...retryFaults(options, 'sentinelRetryStrategy'),
  ];
}

/** Whether a late retry comes later than it should. */
function retryFaults(options: Readonly<Record<string, unknown>>, name: string): string[] {
  const strategy = options[name];
  if (typeof strategy !== 'function') return [`${name} is ${String(strategy)}`];
  const delay: unknown = strategy(20);
  return atMost(delay, MAX_RETRY_MS) ? [] : [`${name} gives ${String(delay)} ms at the 20th try`];
}
