import { provideServers, type Receiver } from './provide-servers.ts';

/** Vitest global setup: one Redis and one Redis Cluster for the project, started side by side. */
export default (project: Receiver): Promise<() => Promise<void>> =>
  provideServers(['redis', 'redisCluster'], project);
