/** What commands take: texts, numbers and bytes. */
export type CommandArgument = string | number | Buffer;

/** What `RedisStore` asks of any client, so that ioredis 5 and 6, `Redis` and `Cluster` all fit. */
interface Commander {
  readonly options: object;
  readonly status: string;
  callBuffer(command: string, ...words: CommandArgument[]): Promise<unknown>;
  getBuffer(key: string): Promise<Buffer | null>;
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
}

/** A connection to one server, which may be found by Sentinel: `Redis` of ioredis. */
export interface RedisServer extends Commander {
  mgetBuffer(...keys: string[]): Promise<(Buffer | null)[]>;
  duplicate(options?: ConnectionOverrides): RedisServer;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
}

/** `Cluster` of ioredis. */
export interface RedisCluster extends Commander {
  nodes(role?: 'all' | 'master' | 'slave'): RedisServer[];
}

/** A client of ioredis 5 or 6. */
export type RedisClient = RedisServer | RedisCluster;

/** How the connection that listens differs from the client it is a duplicate of. */
export interface ConnectionOverrides {
  readonly lazyConnect: true;
  readonly enableOfflineQueue: false;
  readonly autoResubscribe: false;
  readonly autoResendUnfulfilledCommands: false;
  readonly enableReadyCheck: true;
  readonly retryStrategy: () => null;
  readonly reconnectOnError: null;
  readonly maxRetriesPerRequest: number;
  readonly commandTimeout: number;
  readonly connectTimeout: number;
  readonly readOnly: false;
  readonly protocol: 2;
}

/** Whether the client is one of a Cluster. */
export function isCluster(client: RedisClient): client is RedisCluster {
  return 'nodes' in client;
}

/** The servers that hold keys: all masters of a Cluster, or the one server. */
export function mastersOf(client: RedisClient): readonly RedisServer[] {
  return isCluster(client) ? client.nodes('master') : [client];
}
