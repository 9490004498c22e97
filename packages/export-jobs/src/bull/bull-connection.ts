import { PerfError } from '@perf/contracts';

/** What the adapters ask of a client: `Redis` and `Cluster` of ioredis 5 and 6 have it. */
export interface BullConnection {
  readonly options: object;
  call(command: string, ...words: (string | number)[]): Promise<unknown>;
  connect(): Promise<void>;
  disconnect(): void;
  duplicate(): BullConnection;
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...details: unknown[]) => void): unknown;
}

/** Throws when a worker could not wait for jobs over this client: it would give up, and its jobs with it, in an outage. */
export function mustWaitForEver(connection: BullConnection): void {
  const isCluster = 'nodes' in connection;
  const options = isCluster ? valueOf(connection.options, 'redisOptions') : connection.options;
  const retries = valueOf(options, 'maxRetriesPerRequest');
  if (retries === null || (isCluster && retries === undefined)) return;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `a worker's Redis client must wait out an outage: give it maxRetriesPerRequest: null${isCluster ? ' in redisOptions' : ''}, it has ${JSON.stringify(retries) ?? 'none'}`,
  );
}

/** What all keys of a queue begin with: one hash tag, so that a Cluster keeps them on one node. */
export function hashTag(prefix: string): string {
  if (prefix === '' || /[{}]/.test(prefix))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `prefix must be a text without braces, got ${JSON.stringify(prefix)}`,
    );
  return `{${prefix}}`;
}

function valueOf(options: unknown, name: string): unknown {
  return typeof options === 'object' && options !== null
    ? Object.entries(options).find(([key]) => key === name)?.[1]
    : undefined;
}
