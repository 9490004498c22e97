import type { RepeatableSource } from '@perf/contracts';
import type { JobSource } from './job-parts.ts';

/** What `querySource` needs of a query service; that of `@perf/query` has it. */
export interface QuerySources {
  source(
    query: unknown,
    options: { readonly cursor?: unknown; readonly signal: AbortSignal },
  ): Promise<RepeatableSource>;
}

/**
 * A job source whose `params` are a structured query: checked against the service's catalogue when the job runs, never SQL text.
 *
 * @example
 * sources: { query: querySource(service) } // submit({ source: { name: 'query', params: { from: 'flights' } }, … })
 */
export function querySource(service: QuerySources): JobSource {
  return async (params, { cursor, signal }) =>
    service.source(params, cursor === undefined ? { signal } : { cursor, signal });
}
