import type { QueryEngine, Verdict } from '@perf/contracts';
import { COST_MARGIN, engineCost } from '../decide.ts';
import type { OptimizedSql } from './optimize-sql.ts';

/** What an engine said of a rewritten statement. */
export interface SqlVerdict extends Verdict {
  /** The statement to run. */
  readonly text: string;
  /** Rewrites that are in it. */
  readonly rules: readonly string[];
  /** Present where the engine's estimate alone speaks for the original: a run may show otherwise. */
  readonly isDoubtful?: true;
}

/** How a verdict is reached. */
export interface DecideOptions {
  /** Asked for the cost of each form, where it tells one. @default none: our own estimate decides */
  readonly engine?: QueryEngine;
  readonly signal?: AbortSignal;
}

/** Beneath this cost a statement is so cheap that asking costs more than it could save. */
const CHEAP = 10;

/** Whether there is one SELECT alone. MariaDB's cost leaves out what the queries within a statement cost. */
function isPlain(text: string): boolean {
  return (text.match(/\bselect\b/gi) ?? []).length < 2;
}

/**
 * Decides which form of a statement to run: the original, the rewritten one, or one with the first rewrites alone. An engine that tells costs
 * is asked for the plan of each; where it tells none, the estimate that accepted the rewrites stands. A form that the engine refuses is never
 * used. Rejects with `ERR_PERF_ABORTED`.
 */
export async function decideSql(
  optimized: OptimizedSql,
  { engine, signal }: DecideOptions = {},
): Promise<SqlVerdict> {
  const { original, rewrites, steps, unread } = optimized;
  const kept = (reason: string): SqlVerdict => ({ use: 'original', text: original, rules: [], reason });
  if (rewrites.length === 0)
    return kept(unread === undefined ? 'no rule applies' : `it was not read: ${unread}`);
  const rules = rewrites.map(({ rule }) => rule);
  const last = steps.at(-1) ?? original;
  if (engine === undefined)
    return { use: 'optimized', text: last, rules, reason: 'our own estimate is all there is' };
  const costIn = (text: string): ReturnType<typeof engineCost> =>
    engineCost(engine, { dialect: engine.dialect, text, parameters: [] }, signal);
  const isTold = engine.dialect !== 'mysql' || [original, ...steps].every(isPlain);
  const told = await costIn(original);
  if (told === 'refused') return kept('the engine refuses the original');
  const before = isTold ? told : undefined;
  const costs = await Promise.all(steps.map(async (text, i) => ({ text, i, cost: await costIn(text) })));
  const usable = costs.filter(({ cost }) => cost !== 'refused');
  const final = usable.at(-1);
  if (final === undefined) return kept('the engine refuses every form of it');
  if (before === undefined)
    return {
      use: 'optimized',
      text: final.text,
      rules: rules.slice(0, final.i + 1),
      reason: 'the engine tells no cost, and by our own estimate it pays',
    };
  if (before < CHEAP)
    return kept(`the engine's cost of ${before.toPrecision(3)} is too small to save anything`);
  const known = usable.flatMap(({ cost, ...rest }) => (typeof cost === 'number' ? [{ ...rest, cost }] : []));
  const best = known.toSorted((a, b) => a.cost - b.cost || a.i - b.i)[0];
  if (best === undefined || best.cost > before * COST_MARGIN)
    return {
      ...kept(
        `the engine's cost goes from ${before.toPrecision(3)} to ${(best?.cost ?? before).toPrecision(3)}`,
      ),
      isDoubtful: true,
    };
  const reason = `the engine's cost goes from ${before.toPrecision(3)} to ${best.cost.toPrecision(3)}`;
  return { use: 'optimized', text: best.text, rules: rules.slice(0, best.i + 1), reason };
}
