import type { QueryEngine } from '@perf/contracts';
import type { AskCost } from '@perf/optimizer';
import { nestedLoopCost } from '@perf/optimizer';
import type { DatabaseFacts } from '../stats/database-facts.ts';

/** Costs of statements, and whether they are an estimate of ours. */
export interface EngineCost {
  readonly cost: AskCost;
  readonly isEstimate: boolean;
}

/** Costs by the engine's planner, where it plans with indexes that are not there; SQLite tells its plan, and we what it costs. Else undefined. */
export function engineCost(engine: QueryEngine, facts: DatabaseFacts): EngineCost | undefined {
  const { dialect } = engine;
  const whatIf = engine.whatIf?.bind(engine);
  if (whatIf === undefined || !engine.capabilities.whatIf) return undefined;
  const cost: AskCost = async (text, indexes, { signal }) => {
    const plan = await whatIf(indexes, { dialect, text, parameters: [] }, { signal });
    return plan.cost ?? nestedLoopCost(plan, text, facts) ?? Number.NaN;
  };
  return { cost, isEstimate: dialect === 'sqlite' };
}
