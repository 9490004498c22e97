import { PerfError } from '@perf/contracts';

/** How the engine uses the server. */
export interface PostgresOptions {
  /** Schemas whose tables the catalogue holds and statements name, first before later ones. @default ['public'] */
  readonly schemas?: readonly string[];
  /** Lets no statement write: each runs in a read-only transaction. @default true */
  readonly readOnly?: boolean;
  /** Longest that the server works on a statement, waiting for a slow reader included, in ms. @default 0, the server's own limit */
  readonly statementTimeoutMs?: number;
  /** How long a kept catalogue is handed out before the server is asked whether the schema has changed, in ms; 0 asks each time. @default 1000 */
  readonly catalogTtlMs?: number;
  /** How long the client of `whatIf` is kept after a call for the next one, in ms. @default 1000 */
  readonly whatIfIdleMs?: number;
  /** Source of time, for tests. @default Date.now */
  readonly now?: () => number;
}

/** Options that were checked. */
export class ResolvedOptions implements Required<PostgresOptions> {
  readonly schemas: readonly string[];
  readonly readOnly: boolean;
  readonly statementTimeoutMs: number;
  readonly catalogTtlMs: number;
  readonly whatIfIdleMs: number;
  readonly now: () => number;

  constructor(options: PostgresOptions) {
    const { schemas = ['public'] } = options;
    if (schemas.length === 0 || schemas.some((name) => name === '' || name.includes('\0')))
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'schemas must be names of schemas, at least one');
    this.schemas = [...new Set(schemas)];
    this.readOnly = options.readOnly ?? true;
    this.statementTimeoutMs = wholeMs('statementTimeoutMs', options.statementTimeoutMs ?? 0);
    this.catalogTtlMs = wholeMs('catalogTtlMs', options.catalogTtlMs ?? 1000);
    this.whatIfIdleMs = wholeMs('whatIfIdleMs', options.whatIfIdleMs ?? 1000);
    this.now = options.now ?? Date.now;
  }
}

function wholeMs(name: string, ms: number): number {
  if (Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31) return ms;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be a whole number of ms, 0 or more, got ${ms}`,
  );
}
