export { MissingServerError, missingServerLine, serversAreRequired, type ServerFacts } from './required.ts';
export { startMariadb, type MariadbOptions } from './mariadb.ts';
export { startPostgres } from './postgres.ts';
export { startPostgresHypopg } from './postgres-hypopg.ts';
export { startOutageRedis, type OutageRedis } from './outage-redis.ts';
export {
  prometheusPrograms,
  startPrometheus,
  type PrometheusOptions,
  type PrometheusPrograms,
} from './prometheus.ts';
export { startRedis } from './redis.ts';
export { startRedisCluster } from './redis-cluster.ts';
export { startRedisSentinel, type RedisSentinel } from './redis-sentinel.ts';
export { startServices, type Services } from './start-services.ts';
export type { Server, ServerName, StartOptions } from './server.ts';
export type { OutageSignal, RestartableProcess } from './server-process.ts';
