import type { Server } from 'node:net';
import { PerfError } from '@perf/contracts';

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new PerfError('ERR_PERF_RUN_INVALID', 'the server does not listen');
}
