import type { QueryEngine, Statement, Verdict } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';

/** Cost after ÷ before that an engine's own figures must reach: they are not finer. */
export const COST_MARGIN = 0.95;

/** The engine's cost of a statement; undefined where it tells none, `refused` when it does not take the text. */
export async function engineCost(
  engine: QueryEngine,
  statement: Statement,
  signal: AbortSignal | undefined,
): Promise<number | 'refused' | undefined> {
  try {
    const { cost } = await engine.explain(statement, { signal });
    return cost;
  } catch (error) {
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return 'refused';
    throw error;
  }
}

/**
 * Weighs a rewritten statement against the original by the engine's own costs; where it tells none, our estimate stands. A tie goes to the
 * rewritten one, since what only an order of conditions changes no planner prices. A statement that the engine refuses is never used.
 */
export async function weighed(
  statements: { readonly original: Statement; readonly optimized: Statement },
  { engine, signal }: { readonly engine?: QueryEngine; readonly signal?: AbortSignal },
): Promise<Verdict> {
  const { original, optimized } = statements;
  if (original.text === optimized.text) return { use: 'original', reason: 'nothing was rewritten' };
  if (engine === undefined) return { use: 'optimized', reason: 'our own estimate is all there is' };
  const after = await engineCost(engine, optimized, signal);
  if (after === 'refused') return { use: 'original', reason: 'the engine refuses the rewritten statement' };
  if (after === undefined)
    return { use: 'optimized', reason: 'the engine tells no cost, and by our own estimate it pays' };
  const before = await engineCost(engine, original, signal);
  if (before === undefined || before === 'refused')
    return { use: 'optimized', reason: 'the engine tells no cost of the original' };
  const told = `the engine's cost goes from ${before.toPrecision(3)} to ${after.toPrecision(3)}`;
  return { use: after > before ? 'original' : 'optimized', reason: told };
}
