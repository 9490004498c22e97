import type { ExecutionPlan } from '@perf/contracts';
import type { NodeFigures, PlanFigures } from '../plan/plan-figures.ts';
import { planFigures } from '../plan/plan-figures.ts';

/** What became of a step. `changed`: it does the same work in another way, or over other conditions. */
export type StepChange = 'same' | 'changed' | 'added' | 'removed';

/** A step of two plans, as far as they have it in common. */
export interface DiffStep {
  readonly change: StepChange;
  readonly before?: NodeFigures;
  readonly after?: NodeFigures;
  /** What is done in another way: `operator`, `index`, `detail`, `partitions`. */
  readonly differs: readonly ('operator' | 'index' | 'detail' | 'partitions')[];
}

/** Two plans side by side. */
export interface PlanDiff {
  readonly before: PlanFigures;
  readonly after: PlanFigures;
  /** The steps of the new plan in its order, then those that are gone. */
  readonly steps: readonly DiffStep[];
  /** How many times faster the new plan is; below 1 it is slower. Absent unless both were measured. */
  readonly speedup?: number;
}

/**
 * Sets two plans side by side. Steps belong together when they do the same kind of work on the same tables, wherever they stand
 * and in whatever order the tables are joined; of several, the first to the first.
 */
export function diffPlans(before: ExecutionPlan, after: ExecutionPlan): PlanDiff {
  const [old, fresh] = [planFigures(before), planFigures(after)];
  const waiting = Map.groupBy(withKeys(old), ({ key }) => key);
  const steps: DiffStep[] = withKeys(fresh).map(({ key, figures }) => {
    const partner = waiting.get(key)?.shift()?.figures;
    if (partner === undefined) return { change: 'added', after: figures, differs: [] };
    const differs = differences(partner.node, figures.node);
    return { change: differs.length === 0 ? 'same' : 'changed', before: partner, after: figures, differs };
  });
  const gone = [...waiting.values()].flat().toSorted((a, b) => a.figures.at - b.figures.at);
  const removed = gone.map(({ figures }): DiffStep => ({ change: 'removed', before: figures, differs: [] }));
  const [was, is] = [old.totalMs, fresh.totalMs];
  return {
    before: old,
    after: fresh,
    steps: [...steps, ...removed],
    ...(was === undefined || is === undefined || is === 0 ? {} : { speedup: was / is }),
  };
}

function differences(before: ExecutionPlan, after: ExecutionPlan): DiffStep['differs'] {
  const engine = ({ engineOperator, operator }: ExecutionPlan): string => engineOperator ?? operator;
  const parts = ({ partitions = [] }: ExecutionPlan): string => partitions.join('\n');
  const found: DiffStep['differs'][number][] = [];
  if (before.operator !== after.operator || engine(before) !== engine(after)) found.push('operator');
  if (before.index !== after.index) found.push('index');
  if (before.detail !== after.detail) found.push('detail');
  if (parts(before) !== parts(after)) found.push('partitions');
  return found;
}

/** Each step with the kind of its work and the tables below it, which do not depend on their order. */
function withKeys({ nodes }: PlanFigures): { readonly key: string; readonly figures: NodeFigures }[] {
  const sums = nodes.map(() => 0);
  const counts = nodes.map(() => 0);
  for (let at = nodes.length - 1; at >= 0; at--) {
    const figures = nodes[at];
    if (figures === undefined) continue;
    const { table } = figures.node;
    if (table !== undefined) {
      sums[at] = ((sums[at] ?? 0) + hashOf(table)) >>> 0;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const { parent } = figures;
    if (parent < 0) continue;
    sums[parent] = ((sums[parent] ?? 0) + (sums[at] ?? 0)) >>> 0;
    counts[parent] = (counts[parent] ?? 0) + (counts[at] ?? 0);
  }
  return nodes.map((figures, at) => {
    const { operator, table = '' } = figures.node;
    if (operator === 'scan' || operator === 'search') return { key: `read ${table}`, figures };
    return { key: `${operator}\n${counts[at] ?? 0} ${sums[at] ?? 0}`, figures };
  });
}

/** FNV-1a of 32 bits (Fowler, Noll and Vo). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
