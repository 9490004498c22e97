import { provideServers, type Receiver } from './provide-servers.ts';

/** Vitest global setup: one MariaDB for the project. */
export default (project: Receiver): Promise<() => Promise<void>> => provideServers(['mariadb'], project);
