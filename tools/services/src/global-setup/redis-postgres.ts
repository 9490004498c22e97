import { provideServers, type Receiver } from './provide-servers.ts';

/** Vitest global setup: one redis and one postgres for the project, started side by side. */
export default (project: Receiver): Promise<() => Promise<void>> =>
  provideServers(['redis', 'postgres'], project);
