import type { Expr } from './expr.ts';
import { partsOf } from './walk.ts';

/** Cost of evaluating a condition once, where reading a row costs 1. */
export function conditionCost(expr: Expr): number {
  const own = expr.kind === 'cast' ? 0.3 : expr.kind === 'call' ? callCost(expr.name) : 0.01;
  return partsOf(expr).reduce((cost, part) => cost + conditionCost(part), own);
}

/** Words that cost no more than a sign. */
const CHEAP: ReadonlySet<string> = new Set(['between', 'in', 'is null', 'and', 'or', 'not']);

function callCost(name: string): number {
  if (name === 'like' || name === 'ilike' || name === '~') return 0.3;
  return /^[a-z_]+$/.test(name) && !CHEAP.has(name) ? 0.3 : 0.05;
}
