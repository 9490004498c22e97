/** Names of the diagnostics channels that packages publish on and the profiler and metrics listen to. */
export const channels = {
  request: 'perf:request',
  query: 'perf:query',
  cache: 'perf:cache',
  rewrite: 'perf:rewrite',
  export: 'perf:export',
  job: 'perf:job',
  pool: 'perf:pool',
} as const;

/** One message on a channel, by channel. No literal, key text or row ever appears. */
export interface ChannelMessages {
  /** An HTTP request was answered. */
  readonly request: {
    /** As in `GET`. */
    readonly method: string;
    /** The route with its parameters' names, never their values. */
    readonly endpoint: string;
    /** HTTP status. */
    readonly status: number;
    readonly durationMs: number;
    /** The caller's plan, as in `pro`; absent where there are no plans. */
    readonly tier?: string;
    /** Bytes of the request's body, when they are known. */
    readonly requestBytes?: number;
    /** Bytes of the answer's body as sent, when they are known. */
    readonly responseBytes?: number;
  };
  /** A query was answered, or failed. */
  readonly query: {
    /** The engine's name. */
    readonly engine: string;
    /** See `queryKey`. */
    readonly queryKey: string;
    /** Rows given; 0 when it failed. */
    readonly rows: number;
    /** From the call to the last row. */
    readonly durationMs: number;
    /** Where the rows came from. */
    readonly source: 'cache' | 'engine';
    /** Code of the error, `unknown` when it has none; absent when the query was answered. */
    readonly error?: string;
  };
  /** Something happened to a cache entry. */
  readonly cache: {
    /** The cache's name. */
    readonly cache: string;
    readonly event: 'hit' | 'miss' | 'set' | 'delete' | 'invalidate-tags' | 'clear' | 'evict';
    /** The tier concerned, when one is. */
    readonly tier?: string;
  };
  /** The optimizer changed a query. */
  readonly rewrite: {
    /** See `queryKey`. */
    readonly queryKey: string;
    /** See `Rewrite.rule`. */
    readonly rule: string;
    /** See `Rewrite.estimatedGain`. */
    readonly estimatedGain: number;
  };
  /** An export ended, or failed. */
  readonly export: {
    /** The exporter's `format`. */
    readonly format: string;
    /** Rows written. */
    readonly rows: number;
    /** Bytes handed to the sink. */
    readonly bytes: number;
    readonly durationMs: number;
    /** Code of the error, `unknown` when it has none; absent when the export is whole. */
    readonly error?: string;
  };
  /** An export job changed its state. */
  readonly job: {
    /** The job's id. */
    readonly job: string;
    readonly event: 'started' | 'progress' | 'completed' | 'failed' | 'cancelled';
  };
  /** A pool gave or took back a connection. */
  readonly pool: {
    /** The pool's name. */
    readonly pool: string;
    /** Connections in use. */
    readonly active: number;
    /** Connections open and unused. */
    readonly idle: number;
    /** Callers that wait for one. */
    readonly waiting: number;
    /** The most that the pool may open, when it has a bound. */
    readonly max?: number;
  };
}
