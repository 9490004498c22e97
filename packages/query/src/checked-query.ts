import type { Catalog, Classification, EntryOptions, Scalar, StructuredQuery } from '@perf/contracts';
import { QueryScope, checkQuery, queryKey } from '@perf/contracts';

/** A query that has passed the checker, under its name. */
export interface CheckedQuery {
  readonly query: StructuredQuery;
  readonly key: string;
  /** Every table that is read, once. */
  readonly tables: readonly string[];
  /** What the answer's columns are classified as. */
  readonly classifications: ReadonlySet<Classification>;
}

/** What a key depends on besides the query. */
export interface KeyParts {
  readonly source: string;
  readonly policy: Readonly<Record<string, Scalar>>;
}

/** Checks untrusted input and names its answer. Throws what `checkQuery` throws. */
export function checkedQuery(input: unknown, catalog: Catalog, { source, policy }: KeyParts): CheckedQuery {
  const query = checkQuery(input, catalog);
  const output = QueryScope.of(query, catalog).output(query);
  return {
    query,
    key: queryKey(query, { scope: { source, schemaVersion: catalog.version, policy } }),
    tables: [...new Set([query.from, ...(query.joins ?? []).map(({ table }) => table)])],
    classifications: new Set(output.flatMap(({ source: from }) => from?.column.classification ?? [])),
  };
}

/** How long answers live. */
export interface AnswerLife {
  readonly ttlMs: number | undefined;
  readonly piiTtlMs: number;
}

/** How an answer is kept, tagged `table:<name>` for every table read; undefined when it must not be kept. */
export function entryOptions(
  { tables, classifications }: CheckedQuery,
  { ttlMs, piiTtlMs }: AnswerLife,
  signal: AbortSignal | undefined,
): EntryOptions | undefined {
  const personal = classifications.has('pii');
  if (classifications.has('secret') || (personal && piiTtlMs === 0)) return undefined;
  const life = personal ? Math.min(piiTtlMs, ttlMs ?? piiTtlMs) : ttlMs;
  return {
    tags: tables.map((name) => `table:${name}`),
    signal,
    ...(life === undefined ? {} : { ttlMs: life }),
  };
}
