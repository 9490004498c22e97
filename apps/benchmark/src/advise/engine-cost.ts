import type { QueryEngine } from '@perf/contracts';
import type { AskCost } from '@perf/optimizer';

/** Costs by the engine's planner, where it plans with indexes that are not there and gives costs; else undefined. */
export function engineCost(engine: QueryEngine): AskCost | undefined {
  const { dialect } = engine;
  const whatIf = engine.whatIf?.bind(engine);
  if (whatIf === undefined || !engine.capabilities.whatIf) return undefined;
  // SQLite plans so too, but tells no cost.
  if (dialect === 'sqlite') return undefined;
  return async (text, indexes, { signal }) => {
    const { cost } = await whatIf(indexes, { dialect, text, parameters: [] }, { signal });
    return cost ?? Number.NaN;
  };
}
