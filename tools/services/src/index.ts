export { MissingServerError, missingServerLine, serversAreRequired, type ServerFacts } from './required.ts';
export { startPostgres } from './postgres.ts';
export { startOutageRedis, type OutageRedis } from './outage-redis.ts';
export { startRedis } from './redis.ts';
export { startRedisCluster } from './redis-cluster.ts';
export { startRedisSentinel, type RedisSentinel } from './redis-sentinel.ts';
export { startServices, type Services } from './start-services.ts';
export type { Server, ServerName, StartOptions } from './server.ts';
export type { OutageSignal, RestartableProcess } from './server-process.ts';
