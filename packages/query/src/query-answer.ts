import type { Batch, QueryPerformanceProfile, ResultStream, Rewrite, Schema } from '@perf/contracts';
import { batchLength, toRows } from '@perf/contracts';

/** What is known of an answer besides its rows. */
export interface AnswerInfo {
  /** The name of the answer; see `queryKey`. */
  readonly key: string;
  /** Whether the rows were computed for another call and kept. */
  readonly fromCache: boolean;
  /** What the optimizer changed; empty for an answer from the cache, where nothing was run. */
  readonly rewrites: readonly Rewrite[];
  /** Present when a row limit of the optimizer may have cut the answer. */
  readonly truncated?: { readonly limit: number };
}

/** A whole answer. Its batches are shared with the cache: read them, never change them. */
export class QueryAnswer {
  readonly info: AnswerInfo;
  readonly schema: Schema;
  readonly batches: readonly Batch[];
  /** Where the time went, when the service has a profiler. */
  readonly profile: QueryPerformanceProfile | undefined;

  constructor(
    info: AnswerInfo,
    schema: Schema,
    batches: readonly Batch[],
    profile: QueryPerformanceProfile | undefined,
  ) {
    this.info = info;
    this.schema = schema;
    this.batches = batches;
    this.profile = profile;
  }

  /** Number of rows. */
  get length(): number {
    return this.batches.reduce((rows, batch) => rows + batchLength(batch), 0);
  }

  /** The rows as objects by column name, made as they are asked for. */
  *objects(): Generator<Record<string, unknown>, void, undefined> {
    const names = this.schema.fields.map(({ name }) => name);
    for (const batch of this.batches) {
      const rows = toRows(batch);
      if (rows.layout === 'objects') for (const row of rows.rows) yield { ...row };
      else for (const row of rows.rows) yield Object.fromEntries(names.map((name, i) => [name, row[i]]));
    }
  }
}

/** An answer on its way: batches once, in order. Leaving the loop, or disposing, stops the statement. */
export interface AnswerStream extends ResultStream {
  readonly info: AnswerInfo;
}
