import type { Figure } from '@perf/testkit/measure';
import { textTable, whole } from '../terminal/table.ts';
import type { TracePolicy } from './replay.ts';

/** Hit ratios of one trace at one size. */
export interface TraceCell {
  readonly trace: string;
  readonly requests: number;
  readonly keys: number;
  readonly size: string;
  readonly entries: number;
  /** In percent. */
  readonly hits: Readonly<Partial<Record<TracePolicy, number>>>;
}

/** What `adaptive` is held against. */
const RIVALS: readonly TracePolicy[] = ['lru', 'sieve', 's3-fifo', 'w-tinylfu', 'lirs'];

/** Mean of a policy over all cells, in percent. */
function meanHits(cells: readonly TraceCell[], policy: TracePolicy): number {
  return cells.reduce((sum, { hits }) => sum + (hits[policy] ?? 0), 0) / cells.length;
}

/** The farthest that a policy is under the best of `others` in any cell, in points; below 0 when it is above in all. */
export function worstRegret(
  cells: readonly TraceCell[],
  policy: TracePolicy,
  others: readonly TracePolicy[],
): number {
  const regrets = cells.map(({ hits }) => {
    const best = Math.max(...others.map((other) => hits[other] ?? 0));
    return best - (hits[policy] ?? 0);
  });
  return Math.max(...regrets);
}

/** A figure per policy, and how far `adaptive` is under the best of its rivals when all of them ran. */
export function traceFigures(cells: readonly TraceCell[], policies: readonly TracePolicy[]): Figure[] {
  const traces = new Set(cells.map(({ trace }) => trace)).size;
  const sizes = [...new Set(cells.map(({ size }) => size))].join(', ');
  const note = `${traces} traces at ${sizes}`;
  const figures: Figure[] = policies.map((policy) => ({
    id: `trace.${policy}.mean`,
    value: meanHits(cells, policy),
    unit: '%',
    n: cells.length,
    note,
  }));
  if (policies.includes('adaptive') && RIVALS.every((rival) => policies.includes(rival)))
    figures.push({
      id: 'trace.adaptive.worst-regret',
      value: worstRegret(cells, 'adaptive', RIVALS),
      unit: 'points',
      n: cells.length,
      note: `${note}, under the best of ${RIVALS.join(', ')}`,
    });
  return figures;
}

/** The cells as a table, with mean and worst regret of each policy below. */
export function traceTable(cells: readonly TraceCell[], policies: readonly TracePolicy[]): string {
  const rows = cells.map(({ trace, requests, keys, size, entries, hits }) => [
    trace,
    whole(requests),
    whole(keys),
    size,
    whole(entries),
    ...policies.map((policy) => (hits[policy] ?? 0).toFixed(2)),
  ]);
  const table = textTable([['trace', 'requests', 'keys', 'size', 'entries', ...policies], ...rows]);
  const summary = policies.map((policy) => {
    const others = policies.filter((other) => other !== policy);
    return [
      policy,
      meanHits(cells, policy).toFixed(2),
      others.length === 0 ? '' : worstRegret(cells, policy, others).toFixed(2),
    ];
  });
  return `${table}\n\n${textTable([['policy', 'mean hit %', 'worst regret'], ...summary])}\n`;
}
