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

/** One message on a channel, by channel. Times in ms; no literal, key text or row ever appears. */
export interface ChannelMessages {
  readonly request: {
    readonly method: string;
    readonly endpoint: string;
    readonly status: number;
    readonly durationMs: number;
  };
  readonly query: {
    readonly engine: string;
    readonly queryKey: string;
    readonly rows: number;
    readonly durationMs: number;
    readonly source: 'cache' | 'engine';
    readonly error?: string;
  };
  readonly cache: {
    readonly cache: string;
    readonly event: 'hit' | 'miss' | 'set' | 'delete' | 'invalidate-tags' | 'clear' | 'evict';
    readonly tier?: string;
  };
  readonly rewrite: { readonly queryKey: string; readonly rule: string; readonly estimatedGain: number };
  readonly export: {
    readonly format: string;
    readonly rows: number;
    readonly bytes: number;
    readonly durationMs: number;
    readonly error?: string;
  };
  readonly job: {
    readonly job: string;
    readonly event: 'started' | 'progress' | 'completed' | 'failed' | 'cancelled';
  };
  readonly pool: {
    readonly pool: string;
    readonly active: number;
    readonly idle: number;
    readonly waiting: number;
  };
}
