export { clusterOptions, redisOptions } from './client-options.ts';
export type { ClusterOutageOptions, OutageOptions } from './client-options.ts';
export type {
  CommandArgument,
  ConnectionOverrides,
  RedisClient,
  RedisCluster,
  RedisServer,
} from './redis-client.ts';
export { RedisStore } from './redis-store.ts';
export type { RedisStoreOptions, RedisStoreStatistics } from './redis-store-options.ts';
