export { MissingServerError, missingServerLine, serversAreRequired, type ServerFacts } from './required.ts';
export { startPostgres } from './postgres.ts';
export { startRedis } from './redis.ts';
export { startServices, type Services } from './start-services.ts';
export type { Server, ServerName, StartOptions } from './server.ts';
