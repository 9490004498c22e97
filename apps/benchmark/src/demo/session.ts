import { createHistogram } from 'node:perf_hooks';
import type { LoadingCache, StructuredQuery } from '@perf/contracts';
import { canonicalQuery } from '@perf/contracts';
import type { QueryService } from '@perf/query';
import { seededRandom } from '@perf/testkit/inputs';
import type { Vocabulary } from './shapes.ts';
import { SHAPES } from './shapes.ts';

/** What the session showed. */
export interface SessionReport {
  readonly requests: number;
  /** Different queries that could be asked, and that were. */
  readonly population: number;
  readonly distinct: number;
  readonly zipf: number;
  readonly capacity: number;
  /** Answers from the memory tier, and from those below it. */
  readonly hits: number;
  readonly lowerHits: readonly { readonly tier: string; readonly hits: number }[];
  /** Requests that no tier answered. */
  readonly misses: number;
  readonly evictions: number;
  /** Of the memory tier: 0 to 1, of all requests. */
  readonly hitRate: number;
  readonly elapsedMs: number;
  /** In µs. */
  readonly hit: { readonly p50: number; readonly p99: number };
  readonly miss: { readonly p50: number; readonly p99: number };
}

/** Requests of the session, different queries it draws from, and the skew of the draw. */
const SESSION = { requests: 10_000, population: 1_200, zipf: 1, seed: 2001 } as const;

/** Asks by Zipf's law, one request after another, and counts what the cache did. */
export async function runSession(
  service: QueryService,
  cache: LoadingCache,
  use: {
    readonly words: Vocabulary;
    /** @default 10,000 */
    readonly requests?: number;
    /** Different queries to draw from; fewer when the data knows no more. @default 1,200 */
    readonly population?: number;
    /** @default 2001 */
    readonly seed?: number;
    readonly capacity: number;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number) => void;
  },
): Promise<SessionReport> {
  const { requests = SESSION.requests, population = SESSION.population, seed = SESSION.seed } = use;
  const random = seededRandom(seed);
  const queries = drawQueries(use.words, population, seed + 1);
  const rank = random.zipf(queries.length, SESSION.zipf);
  const [hit, miss] = [createHistogram(), createHistogram()];
  const before = cache.getStatistics();
  const asked = new Set<number>();
  const started = performance.now();
  for (let i = 0; i < requests; i++) {
    const chosen = rank();
    asked.add(chosen);
    const sent = performance.now();
    const { info } = await service.query(queries[chosen], { signal: use.signal });
    (info.fromCache ? hit : miss).record(Math.max(1, Math.round((performance.now() - sent) * 1e6)));
    if (i % 100 === 99) use.onProgress((i + 1) / requests);
  }
  const elapsedMs = performance.now() - started;
  const after = cache.getStatistics();
  const [memory, ...lower] = after.tiers.map(({ name, hits }, i) => ({
    tier: name,
    hits: hits - (before.tiers[i]?.hits ?? 0),
  }));
  const hits = memory?.hits ?? 0;
  const misses = after.cacheMisses - before.cacheMisses;
  return {
    requests,
    population: queries.length,
    distinct: asked.size,
    zipf: SESSION.zipf,
    capacity: use.capacity,
    hits,
    lowerHits: lower,
    misses,
    evictions: after.evictions - before.evictions,
    hitRate: hits / requests,
    elapsedMs,
    hit: { p50: hit.percentile(50) / 1000, p99: hit.percentile(99) / 1000 },
    miss: { p50: miss.percentile(50) / 1000, p99: miss.percentile(99) / 1000 },
  };
}

/** Different queries from all shapes in turn; a shape that has no more of them is passed over. */
function drawQueries(words: Vocabulary, count: number, seed: number): readonly StructuredQuery[] {
  const random = seededRandom(seed);
  const found = new Map<string, StructuredQuery>();
  for (let tries = 0; found.size < count && tries < 100 * count; tries++) {
    const query = SHAPES[tries % SHAPES.length]?.make(random, words);
    if (query !== undefined) found.set(canonicalQuery(query), query);
  }
  return random.shuffle([...found.values()]);
}
