import type { ExecutionPlan, Statement } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import { boundValues, textArray } from './parameters.ts';
import type { PlanContext } from './postgres-plan.ts';
import { planFromJson } from './postgres-plan.ts';
import type { ResolvedOptions } from './resolved-options.ts';
import type { QueryText } from './running-query.ts';
import type { Row, Server } from './server.ts';
import { preludeOf } from './session.ts';

/** Longest that a statement is analyzed when no limit is set, in ms. */
const ANALYZE_MS = 60_000;
/** Code of a write in a read-only transaction. */
const READ_ONLY_TRANSACTION = '25006';

const RELATIONS = `/*perf*/ SELECT c.relname::text AS name, c.reltuples < 0 AS is_unanalyzed,
  CASE WHEN c.relispartition THEN (SELECT r.relname::text FROM pg_catalog.pg_class r WHERE r.oid = pg_catalog.pg_partition_root(c.oid)) END AS root
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'm') AND (c.reltuples < 0 OR c.relispartition)`;

/** Asks the server for plans. */
export class PlanReader {
  readonly #server: Server;
  readonly #options: ResolvedOptions;
  readonly #analyzing: QueryText['prelude'];
  #kept: { readonly at: number; readonly context: Promise<PlanContext> } | undefined;

  constructor(server: Server, options: ResolvedOptions) {
    const { schemas, statementTimeoutMs } = options;
    this.#server = server;
    this.#options = options;
    const timeoutMs = statementTimeoutMs === 0 ? ANALYZE_MS : statementTimeoutMs;
    this.#analyzing = preludeOf({ schemas, readOnly: true, timeoutMs });
  }

  async explain(statement: Statement, signal: AbortSignal | undefined): Promise<ExecutionPlan> {
    const json = await this.#ask('FORMAT JSON, SETTINGS', statement, {
      signal,
      prelude: this.#server.prelude,
    });
    return planFromJson(json, await this.context());
  }

  async analyze(statement: Statement, signal: AbortSignal | undefined): Promise<ExecutionPlan> {
    // A read-only transaction refuses most of the rest, but not EXPLAIN of a statement that makes a table.
    if (!READS.test(statement.text)) throw notReading();
    try {
      const options = { signal, prelude: this.#analyzing, rollback: true };
      const json = await this.#ask('FORMAT JSON, ANALYZE, BUFFERS, SETTINGS', statement, options);
      return planFromJson(json, await this.context());
    } catch (error) {
      if (!isPerfError(error, 'ERR_PERF_ENGINE_FAILED') || !isReadOnlyFault(error.cause)) throw error;
      throw notReading(error.cause);
    }
  }

  /** What plans do not tell of their tables; asked for as often as the catalogue is checked. */
  async context(): Promise<PlanContext> {
    const { now, catalogTtlMs, schemas } = this.#options;
    if (this.#kept !== undefined && now() - this.#kept.at < catalogTtlMs) return this.#kept.context;
    const context = this.#server
      .ask(RELATIONS, [textArray(schemas)])
      .then((rows) => contextOf(rows, this.#server.facts.blockBytes));
    const kept = { at: now(), context };
    this.#kept = kept;
    context.catch(() => {
      if (this.#kept === kept) this.#kept = undefined;
    });
    return context;
  }

  async #ask(
    explained: string,
    { text, parameters }: Statement,
    {
      signal,
      prelude,
      rollback = false,
    }: {
      readonly signal: AbortSignal | undefined;
      readonly prelude: QueryText['prelude'];
      readonly rollback?: boolean;
    },
  ): Promise<unknown> {
    const opening = {
      text: `EXPLAIN (${explained}) ${text}`,
      values: boundValues(parameters),
      written: undefined,
      shape: 'rows',
      chunkRows: 1,
      rollback,
    } as const;
    const { stream } = await this.#server.open(opening, signal, prelude);
    let json: unknown;
    for await (const batch of stream)
      if (batch.kind === 'rows' && batch.layout === 'arrays') json ??= batch.rows[0]?.[0];
    return json;
  }
}

function contextOf(rows: readonly Row[], blockBytes: number): PlanContext {
  const unanalyzed = new Set(rows.filter((row) => row['is_unanalyzed'] === true).map(({ name }) => name));
  const roots = new Map(rows.map(({ name, root }) => [name, root]));
  return {
    blockBytes,
    isUnanalyzed: (relation) => unanalyzed.has(relation),
    rootOf: (relation) => {
      const root = roots.get(relation);
      return typeof root === 'string' ? root : undefined;
    },
  };
}

/** The first word of a statement that reads, after comments and brackets. */
const READS = /^(?:[\s(]|--[^\n]*\n|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*(?:select|with|values|table)\b/i;

function notReading(cause?: unknown): PerfError {
  const message = 'EXPLAIN ANALYZE runs the statement, so it must be one that only reads';
  return new PerfError('ERR_PERF_UNSUPPORTED', message, cause === undefined ? {} : { cause });
}

function isReadOnlyFault(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === READ_ONLY_TRANSACTION;
}
