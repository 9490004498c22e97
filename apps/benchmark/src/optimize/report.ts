import type { Rewrite } from '@perf/contracts';
import type { OptimizedSql, SqlVerdict } from '@perf/optimizer';
import type { PairTrial } from '../optimizer/pair-trial.ts';
import { textTable } from '../terminal/table.ts';

/** What was made of a statement, for people. */
export function sqlReport(
  { rewrites, refused, unread, estimate, originalEstimate }: OptimizedSql,
  verdict: SqlVerdict,
  trial: PairTrial | undefined,
): string {
  const lines = [verdict.text.trim(), ''];
  if (unread !== undefined) lines.push(`left as it is: ${unread}`);
  if (rewrites.length > 0) lines.push(rewritesTable(rewrites, verdict.rules.length).trimEnd());
  for (const { rule, reason } of refused) lines.push(`not applied: ${rule}, ${reason}`);
  if (estimate !== undefined && originalEstimate !== undefined)
    lines.push(
      `estimated cost ${originalEstimate.cost.toPrecision(4)} → ${estimate.cost.toPrecision(4)}${estimate.isDefault ? ', partly by defaults' : ''}`,
    );
  lines.push(`run the ${verdict.use} statement: ${verdict.reason}`);
  if (trial !== undefined)
    lines.push(
      `measured ${trial.timedOut ? 'more than ' : ''}${trial.baseMs.toFixed(2)} ms → ${trial.nextMs.toFixed(2)} ms in ${trial.pairs} pairs, with equal answers`,
    );
  return `${lines.join('\n')}\n`;
}

/** Rewrites with their gains, reasons and the facts they rest on. @param taken how many of them are in the statement that is run */
export function rewritesTable(
  rewrites: readonly (Rewrite & { readonly facts?: readonly string[] })[],
  taken: number = rewrites.length,
): string {
  if (rewrites.length === 0) return 'no rule applies\n';
  const rows = rewrites.map(({ rule, estimatedGain, reason, facts = [] }, i) => [
    i < taken ? rule : `(${rule})`,
    `${estimatedGain.toFixed(2)}×`,
    reason,
    facts.join('; '),
  ]);
  return `${textTable([['rule', 'gain', 'why', 'rests on'], ...rows])}\n`;
}
