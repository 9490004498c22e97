import type { ExecutionPlan, QueryPhase, Rewrite } from '@perf/contracts';
import { compareAnswers } from '@perf/contracts';
import type { QueryAnswer, QueryService } from '@perf/query';
import { seededRandom } from '@perf/testkit/inputs';
import { median } from '@perf/testkit/measure';
import type { Shape, Vocabulary } from './shapes.ts';

/** Times of one question on one engine, in ms: medians of the rounds. */
export interface ShapeTimes {
  readonly engine: string;
  readonly plainMs: number;
  readonly optimizedMs: number;
  readonly cachedMs: number;
}

/** What one question showed. */
export interface ShapeReport {
  readonly name: string;
  readonly rows: number;
  readonly times: readonly ShapeTimes[];
  /** What the optimizer did, by engine where engines differ. */
  readonly rewrites: readonly Rewrite[];
  /** The phase that took longest when the first engine answered, by the profiler; `none` without one. */
  readonly bottleneck: QueryPhase | 'none';
  readonly sql: string;
  readonly logical: ExecutionPlan;
  /** How answers differ; empty when all are equal. */
  readonly differences: readonly string[];
}

/** A service with the name of its engine. */
export interface NamedService {
  readonly name: string;
  readonly service: QueryService;
}

/** Rounds of each way to ask. */
const ROUNDS = 3;
/** A question that takes this long without help is asked once plain and once optimized: noise counts for little in it. */
const SLOW_MS = 1000;

/**
 * Asks one question plain, optimized and cached on every engine, in turns, and compares all answers with the first. What a
 * service has switched off stays off.
 */
export async function compareShape(
  shape: Shape,
  services: readonly NamedService[],
  words: Vocabulary,
  signal: AbortSignal,
): Promise<ShapeReport> {
  const query = shape.make(seededRandom(shape.name.length), words);
  const ordered = query.orderBy !== undefined;
  const differences: string[] = [];
  const times: ShapeTimes[] = [];
  let reference: QueryAnswer | undefined;
  let rewrites: readonly Rewrite[] = [];
  let bottleneck: QueryPhase | 'none' = 'none';
  for (const { name, service } of services) {
    const on = service.switches;
    const taken: Record<'plain' | 'optimized' | 'cached', number[]> = {
      plain: [],
      optimized: [],
      cached: [],
    };
    const ask = async (way: keyof typeof taken, round: number): Promise<void> => {
      const switches = { cache: way === 'cached' && on.cache, optimizer: way !== 'plain' && on.optimizer };
      const started = performance.now();
      const answer = await service.query(query, { switches, signal });
      if (way !== 'cached' || round > 0) taken[way].push(performance.now() - started);
      reference ??= answer;
      if (way === 'optimized' && bottleneck === 'none') bottleneck = answer.profile?.bottleneck() ?? 'none';
      if (way === 'optimized' && answer.info.rewrites.length > rewrites.length)
        rewrites = answer.info.rewrites;
      const difference = compareAnswers(reference, answer, { ordered });
      if (difference !== undefined) differences.push(`${shape.name}, ${name} ${way}: ${difference}`);
      if (switches.cache && round > 0 && !answer.info.fromCache)
        differences.push(`${shape.name}, ${name}: was not kept in the cache`);
    };
    await service.estimate(query);
    for (let round = 0; round < ROUNDS; round++) {
      const isSlow = Math.max(0, ...taken.plain) > SLOW_MS;
      for (const way of ['plain', 'optimized', 'cached'] as const)
        if (way === 'cached' || !isSlow) await ask(way, round);
    }
    times.push({
      engine: name,
      plainMs: median(taken.plain),
      optimizedMs: median(taken.optimized),
      cachedMs: median(taken.cached),
    });
  }
  const [first] = services;
  const explained = await first?.service.explain(query, { signal });
  return {
    name: shape.name,
    rows: reference?.length ?? 0,
    times,
    rewrites,
    bottleneck,
    sql: explained?.statement.text ?? '',
    logical: explained?.logical ?? { operator: '', detail: '', children: [] },
    differences,
  };
}
