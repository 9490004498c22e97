import { provideServers, type Receiver } from './provide-servers.ts';

/** Vitest global setup: one postgres for the project. */
export default (project: Receiver): Promise<() => Promise<void>> => provideServers(['postgres'], project);
