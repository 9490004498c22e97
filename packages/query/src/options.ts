import type {
  Catalog,
  Exporter,
  LoadingCache,
  QueryEngine,
  QueryOptimizer,
  QueryProfiler,
  Scalar,
} from '@perf/contracts';

/** What a query service is made of. Whoever opened a part closes it; the service opens nothing. */
export interface QueryServiceOptions {
  readonly engine: QueryEngine;
  /** Must have been made for this engine's dialect and for `catalog`. */
  readonly optimizer: QueryOptimizer;
  /** Tables that queries may name, with the classification of their columns. */
  readonly catalog: Catalog;
  /** Keeps answers. @default nothing is kept */
  readonly cache?: LoadingCache;
  /** Times the phases of each call. @default nothing is timed */
  readonly profiler?: QueryProfiler;
  /** Exporters by the name that `export` takes. @default none */
  readonly exporters?: Readonly<Record<string, Exporter>>;
  /** Names the database in query keys, as in `flights-production`. Two databases behind one cache must have two names. */
  readonly source: string;
  /** What every answer depends on besides the query (tenant, role); part of the key. A call can add to it. @default nothing */
  readonly policy?: Readonly<Record<string, Scalar>>;
  /** Life of a kept answer in ms. @default the cache's own */
  readonly ttlMs?: number;
  /** Longest life of a kept answer that holds a `pii` column, in ms; 0 never keeps it. @default 60,000 */
  readonly piiTtlMs?: number;
  /** Most rows of a kept answer. @default 10,000 */
  readonly maxCachedRows?: number;
  /** Most bytes of a kept answer. @default 8 MiB */
  readonly maxCachedBytes?: number;
  /** Ms after which statistics of a table are read again. @default 600,000 */
  readonly statisticsTtlMs?: number;
  /** Told of failures that fail no call: statistics that could not be read, for which estimates then use defaults. @default nobody */
  readonly onError?: (error: unknown) => void;
  /** Source of time, for tests. @default Date.now */
  readonly now?: () => number;
}

/** What can be switched off, for all calls or for one. The answer stays the same. */
export interface Switches {
  /** False: nothing is read from or put into the cache. */
  readonly cache: boolean;
  /** False: the query is run as written. */
  readonly optimizer: boolean;
}

/** Options of one call. */
export interface CallOptions {
  /** Stops this call; a statement that others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
  /** What this answer depends on besides query and service (tenant, role); part of the key. @default nothing */
  readonly policy?: Readonly<Record<string, Scalar>>;
  /** Switches of this call. @default the service's */
  readonly switches?: Partial<Switches>;
}

/** How an answer is opened that an export can go on with. */
export interface SourceOptions {
  /** Where it begins: what a checkpoint kept. @default at the first row */
  readonly cursor?: unknown;
  /** @default 'rows' */
  readonly shape?: 'rows' | 'columns';
  /** Names the state of the data, as the version of a table or the time of its last load. @default the row counts alone */
  readonly version?: string;
}
