import { provideServers, type Receiver } from './provide-servers.ts';

/** Vitest global setup: one Postgres with HypoPG and pg_stat_statements for the project. */
export default (project: Receiver): Promise<() => Promise<void>> =>
  provideServers(['postgresHypopg'], project);
