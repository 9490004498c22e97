import type { TierStatistics } from '@perf/contracts';

/** How a `RedisStore` works. */
export interface RedisStoreOptions {
  /**
   * What the names of all keys and the channel begin with; stores with the same prefix share everything. Well-formed text without
   * braces; end it with a delimiter. @default 'perf:'
   */
  readonly prefix?: string;
  /** The tier's name in results and statistics. @default 'redis' */
  readonly name?: string;
  /**
   * Whether the server also tells of writes of foreign programs, of expiry and eviction (CLIENT TRACKING). Costs a second connection
   * and a message for every write, a load's own too. Not on a Cluster: `ERR_PERF_UNSUPPORTED`. @default false
   */
  readonly tracking?: boolean;
  /** Told once when the client's options make an outage long. @default process.emitWarning */
  readonly onWarning?: (text: string) => void;
}

/**
 * Counters of a `RedisStore` since it was made. A key that several callers ask for at once counts once. What Redis itself holds and
 * drops is not counted: `entries`, `evictions` and `memoryUsedBytes` are 0.
 */
export interface RedisStoreStatistics extends TierStatistics {
  /** Calls that failed. */
  readonly errors: number;
  /** Values found under a name of ours that are not ours: foreign bytes, another type, another version. They count as misses. */
  readonly rejected: number;
  /** Bytes of values read and written. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Messages heard on the bus, and those that were none of ours. */
  readonly messages: number;
  readonly ignoredMessages: number;
  /** Times that messages were or may have been lost while the server answered. */
  readonly doubts: number;
}
