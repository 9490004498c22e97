import type { Filter, StructuredQuery } from '@perf/contracts';
import type { Count } from './top-counts.ts';
import { TopCounts } from './top-counts.ts';

/** What recurs, and what it is worth. */
export interface RecurringTermsOptions {
  /** Most terms counted. @default 1,000 */
  readonly maxTerms?: number;
  /** A query of which every term came at least this often recurs. @default 10 */
  readonly minCount?: number;
  /** Life in ms of answers to queries that do not recur. @default 300,000 */
  readonly ttlMs?: number;
  /** Life in ms of answers to queries that do. @default 3,600,000 */
  readonly recurringTtlMs?: number;
}

/** Terms counted before all counts are halved. */
const HALVE_AT = 100_000;

/**
 * Counts the filters and search terms of queries, so that answers to what recurs live longer and can be warmed. It holds values that
 * users searched for: do not log it.
 */
export class RecurringTerms {
  readonly #terms: TopCounts<string>;
  readonly #minCount: number;
  readonly #ttlMs: number;
  readonly #recurringTtlMs: number;

  constructor(options: RecurringTermsOptions = {}) {
    this.#terms = new TopCounts(options.maxTerms ?? 1_000);
    this.#minCount = options.minCount ?? 10;
    this.#ttlMs = options.ttlMs ?? 300_000;
    this.#recurringTtlMs = options.recurringTtlMs ?? 3_600_000;
  }

  /** Takes in one query. */
  observe(query: StructuredQuery): void {
    for (const term of termsOf(query)) this.#terms.add(term);
    if (this.#terms.total >= HALVE_AT) this.#terms.halve();
  }

  /** Whether each of its terms came often; a query without filters recurs when its table does. */
  recurs(query: StructuredQuery): boolean {
    return termsOf(query).every((term) => this.#terms.count(term) >= this.#minCount);
  }

  /** The life of its answer in ms, as `ttlMs` of a cache entry. */
  ttlMs(query: StructuredQuery): number {
    return this.recurs(query) ? this.#recurringTtlMs : this.#ttlMs;
  }

  /** The most frequent terms, for warming lists: JSON of table, field, operator and value. */
  top(most: number): readonly Count<string>[] {
    return this.#terms.top(most);
  }
}

/** One text for each comparison of a query, whatever `and`, `or` and `not` are around it. */
function termsOf(query: StructuredQuery): readonly string[] {
  const terms: string[] = [];
  const walk = (filter: Filter): void => {
    if ('and' in filter) return filter.and.forEach(walk);
    if ('or' in filter) return filter.or.forEach(walk);
    if ('not' in filter) return walk(filter.not);
    const { field, operator, value } = filter;
    terms.push(JSON.stringify([query.from, field, operator, value]));
  };
  if (query.where !== undefined) walk(query.where);
  return terms.length > 0 ? terms : [JSON.stringify([query.from])];
}
